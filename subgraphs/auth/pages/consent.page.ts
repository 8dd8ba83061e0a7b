import { html } from './html';
import { type Page } from './page';
import { button, form, type FormTarget, heading, paragraph } from './parts';
import { askingLine, type Asking } from './sign-in.page';
import { type Words } from './words';

/** A scope as a person reads it. */
export interface ScopeInWords {
  readonly description: string;
  /** Whether it opens health data. */
  readonly phi: boolean;
}

export interface ConsentView {
  readonly form: FormTarget;
  readonly asking: Asking;
  readonly scopes: readonly ScopeInWords[];
  readonly cancelAction: string;
  /** Who is signed in; null when their name is not to be had. */
  readonly person: string | null;
}

/** Whether an application may act in somebody's name, and in what. */
export function consentPage(view: ConsentView, words: Words): Page {
  const { form: target, asking, person, cancelAction } = view;
  const badge = html` <span class="badge">${words.healthData}</span>`;
  const lines = view.scopes.map(({ description, phi }) => html`<li>${description}${phi ? badge : null}</li>`);
  return {
    title: words.allowAccess,
    status: 200,
    body: html`${heading(words.allowAccess)}${askingLine(asking, words)}
      ${person === null ? null : html`<p class="hint">${words.signedInAs(person)}</p>`}
      ${paragraph(words.wantsTo(asking.client))}
      <ul class="scopes">
        ${lines}
      </ul>
      <div class="pair">
        ${form(target, [button(words.allow)])}${form({ action: cancelAction, token: null }, [button(words.doNotAllow, 'secondary')])}
      </div>
      <p class="hint">${words.consentUntil}</p>`,
  };
}
