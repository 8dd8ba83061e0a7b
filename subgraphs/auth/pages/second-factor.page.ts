import { html, type Html } from './html';
import { type Page } from './page';
import {
  button,
  cancelForm,
  errorSummary,
  type Field,
  fields,
  form,
  type FormTarget,
  hasProblems,
  heading,
  type Problems,
} from './parts';
import { type Words } from './words';

/** Factors that are shown by a code. */
export type CodeFactor = 'TOTP' | 'RECOVERY_CODE';

export interface SecondFactorView {
  readonly form: FormTarget;
  /** All that the person has; at least one. */
  readonly factors: readonly CodeFactor[];
  /** Goes to the passkey instead; null when the person has none. */
  readonly passkey: FormTarget | null;
  readonly cancelAction: string | null;
  readonly problems?: Problems;
}

/** The second step: one field for the usual way, the others to be opened below. Needs no script. */
export function secondFactorPage(view: SecondFactorView, words: Words): Page {
  const { problems = {}, factors } = view;
  const [first, ...others] = factors;
  return {
    title: words.secondStep,
    hasProblems: hasProblems(problems),
    status: hasProblems(problems) ? 422 : 200,
    body: html`${heading(words.secondStep)}${errorSummary(problems, words)}
    ${first === undefined ? null : codeForm(view, first, words)} ${otherWays(view, others, words)}
    ${cancelForm(view.cancelAction, words)}`,
  };
}

function codeForm({ form: target, problems = {}, factors }: SecondFactorView, kind: CodeFactor, words: Words): Html {
  const isUsual = kind === factors[0];
  const shown = fields([fieldOf(kind, isUsual, words)], isUsual ? problems : {}, words);
  return form({ ...target, hidden: { ...target.hidden, kind } }, [shown, button(words.continue)]);
}

function fieldOf(kind: CodeFactor, isUsual: boolean, words: Words): Field {
  const id = isUsual ? 'code' : 'recovery';
  if (kind === 'TOTP') {
    const { totpLabel: label, totpHint: hint } = words;
    return { name: 'code', id, label, hint, autocomplete: 'one-time-code', inputMode: 'numeric', isCode: true };
  }
  const { recoveryLabel: label, recoveryHint: hint } = words;
  return { name: 'code', id, label, hint, autocomplete: 'off', isCode: true };
}

function otherWays(view: SecondFactorView, others: readonly CodeFactor[], words: Words): Html | null {
  if (others.length === 0 && view.passkey === null) return null;
  const opened = others.map(
    (kind) =>
      html`<details>
        <summary>${kind === 'TOTP' ? words.useTotp : words.useRecovery}</summary>
        ${codeForm(view, kind, words)}
      </details>`,
  );
  const passkey = view.passkey && form(view.passkey, [button(words.usePasskey, 'secondary')]);
  return html`<h2 class="quiet">${words.otherWays}</h2>
    ${passkey}${opened}`;
}
