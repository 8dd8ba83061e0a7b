import { html } from './html';
import { type Page } from './page';
import { button, errorSummary, fields, form, type FormTarget, hasProblems, heading, type Problems } from './parts';
import { type Words } from './words';

export type Factor = 'totp' | 'passkey' | 'recovery';

export interface SecondFactorView {
  readonly form: FormTarget;
  /** The one whose field is shown. */
  readonly factor: Exclude<Factor, 'passkey'>;
  /** All that the person has. */
  readonly available: readonly Factor[];
  readonly problems?: Problems;
}

/** The second step: one field, and the other ways as buttons. */
export function secondFactorPage(view: SecondFactorView, words: Words): Page {
  const { problems = {}, factor, available } = view;
  const isTotp = factor === 'totp';
  const entered = fields(
    [
      {
        name: 'code',
        label: isTotp ? words.totpLabel : words.recoveryLabel,
        hint: isTotp ? words.totpHint : words.recoveryHint,
        autocomplete: isTotp ? 'one-time-code' : 'off',
        inputMode: isTotp ? 'numeric' : 'text',
        isCode: true,
      },
    ],
    problems,
    words,
  );
  const target = { ...view.form, hidden: { ...view.form.hidden, factor } };
  const others = available.filter((one) => one !== factor);
  return {
    title: words.secondStep,
    hasProblems: hasProblems(problems),
    status: hasProblems(problems) ? 422 : 200,
    body: html`${heading(words.secondStep)}${errorSummary(problems, words)}
    ${form(target, [entered, button(words.continue)])}
    ${others.length === 0 ? null : otherWays(view.form, others, words)}`,
  };
}

const offers = { totp: 'useTotp', passkey: 'usePasskey', recovery: 'useRecovery' } as const;

function otherWays(target: FormTarget, others: readonly Factor[], words: Words): ReturnType<typeof html> {
  const buttons = others.map((value) => button(words[offers[value]], 'secondary', { name: 'switch', value }));
  return html`<h2 class="quiet">${words.otherWays}</h2>
    ${form(target, [html`<div class="stack">${buttons}</div>`])}`;
}
