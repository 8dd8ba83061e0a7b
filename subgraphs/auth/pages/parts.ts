import { attributes, type Html, html } from './html';
import { type Problem, type Words } from './words';

/** What a form is sent with. */
export interface FormTarget {
  /** Where to, on the page's own origin. */
  readonly action: string;
  /** Proves that the form came from a page of ours; null where the action itself is a secret of this browser. */
  readonly token: string | null;
  /** Further fields nobody sees. */
  readonly hidden?: Readonly<Record<string, string>>;
}

/** What is wrong with what was entered, by the name of the field. */
export type Problems = Readonly<Record<string, Problem>>;

export function heading(text: string): Html {
  return html`<h1>${text}</h1>`;
}

export function paragraph(text: string): Html {
  return html`<p>${text}</p>`;
}

/** @param body fields and buttons */
export function form({ action, token, hidden = {} }: FormTarget, body: readonly (Html | null)[]): Html {
  const fields = Object.entries({ ...(token !== null && { form_token: token }), ...hidden }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  // The server says what is wrong, in the page's words and for every browser alike.
  return html`<form method="post" action="${action}" novalidate>${fields}${present(body)}</form>`;
}

export interface Field {
  readonly name: string;
  /** Where a page has several fields of one name; the name when absent. */
  readonly id?: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  /** HTML's autofill tokens. */
  readonly autocomplete: string;
  readonly value?: string;
  readonly hint?: string;
  /** Which keys a touch screen shows. */
  readonly inputMode?: 'numeric' | 'email' | 'text';
  /** Codes are set wide and in digits of one width. */
  readonly isCode?: boolean;
  readonly problem?: Problem | null;
  /** The first field with a problem, or the first field of a page that begins with one. */
  readonly hasFocus?: boolean;
}

export function field(given: Field, words: Words): Html {
  const { name, id = name, label, hint, problem } = given;
  const isWrong = problem !== undefined && problem !== null;
  return html`<div class="${isWrong ? 'field wrong' : 'field'}">
    <label for="${id}">${label}</label>
    ${hint === undefined ? null : html`<p class="hint" id="${hintIdOf(id)}">${hint}</p>`}
    ${isWrong ? html`<p class="error" id="${errorIdOf(id)}">${words.problems[problem]}</p>` : null}
    <input${inputAttributes(given)} />
  </div>`;
}

function hintIdOf(id: string): string {
  return `${id}-hint`;
}

function errorIdOf(id: string): string {
  return `${id}-error`;
}

function inputAttributes(given: Field): Html {
  const { name, type = 'text', inputMode = null, isCode = false, hasFocus = false } = given;
  return attributes({
    ...{ id: given.id ?? name, name, type, class: isCode ? 'code' : null, value: given.value ?? null },
    ...{ autocomplete: given.autocomplete, inputmode: inputMode, required: true, spellcheck: 'false' },
    // Names begin with a capital; addresses, passwords and codes do not.
    autocapitalize: type === 'text' && !isCode ? null : 'none',
    ...descriptionOf(given),
    autofocus: hasFocus,
  });
}

function descriptionOf({ name, id = name, hint, problem }: Field): Record<string, string | null> {
  const isWrong = problem !== undefined && problem !== null;
  const describing = [...(hint === undefined ? [] : [hintIdOf(id)]), ...(isWrong ? [errorIdOf(id)] : [])];
  return {
    'aria-describedby': describing.length === 0 ? null : describing.join(' '),
    'aria-invalid': isWrong ? 'true' : null,
  };
}

export type ButtonKind = 'primary' | 'secondary' | 'link';

export interface ButtonChoice {
  readonly name: string;
  readonly value: string;
}

/** @param choice what the form says when it is sent by this button */
export function button(label: string, kind: ButtonKind = 'primary', choice: ButtonChoice | null = null): Html {
  const said = attributes({ name: choice?.name ?? null, value: choice?.value ?? null });
  return html`<button class="${kind}" type="submit" ${said}>${label}</button>`;
}

export function link(href: string, label: string): Html {
  return html`<a href="${href}">${label}</a>`;
}

/** A button to look at that leads to another page. */
export function linkButton(href: string, label: string): Html {
  return html`<a class="primary" href="${href}">${label}</a>`;
}

/** What is wrong with the whole, or with each field, before the form; each entry leads to its field. */
export function errorSummary(problems: Problems, words: Words): Html | null {
  const entries = Object.entries(problems);
  if (entries.length === 0) return null;
  const lines = entries.map(([name, problem]) => html`<li><a href="#${name}">${words.problems[problem]}</a></li>`);
  return html`<div class="summary" role="alert" aria-labelledby="summary-title">
    <h2 id="summary-title">${words.errorSummary}</h2>
    <ul>
      ${lines}
    </ul>
  </div>`;
}

export function hasProblems(problems: Problems): boolean {
  return Object.keys(problems).length > 0;
}

/**
 * Fields with what is wrong with each; focus is on the first that is to be mended, else on the first of all.
 * @param given in the order they are shown
 */
export function fields(given: readonly Field[], problems: Problems, words: Words): Html {
  const wrong = given.find(({ name }) => problems[name] !== undefined);
  const focused = wrong ?? given.find(({ value }) => value === undefined || value === '') ?? given[0];
  return html`${given.map((one) => field({ ...one, problem: problems[one.name] ?? null, hasFocus: one === focused }, words))}`;
}

/** The way out: the application is told that the person does not go on. */
export function cancelForm(action: string | null, words: Words): Html | null {
  return action === null ? null : form({ action, token: null }, [button(words.cancel, 'link')]);
}

export function present(parts: readonly (Html | null)[]): readonly Html[] {
  return parts.filter((part) => part !== null);
}
