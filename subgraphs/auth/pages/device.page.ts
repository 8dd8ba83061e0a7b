import { html } from './html';
import { type Page } from './page';
import {
  button,
  errorSummary,
  fields,
  form,
  type FormTarget,
  hasProblems,
  heading,
  paragraph,
  type Problems,
} from './parts';
import { type Words } from './words';

export interface DeviceCodeView {
  readonly form: FormTarget;
  readonly entered?: string;
  readonly problems?: Problems;
}

/** RFC 8628 §3.3: the person enters the code that the device shows. */
export function deviceCodePage({ form: target, entered, problems = {} }: DeviceCodeView, words: Words): Page {
  const shown = fields(
    [
      {
        ...{ name: 'user_code', label: words.deviceCodeLabel, hint: words.deviceCodeHint, autocomplete: 'off' },
        isCode: true,
        ...(entered !== undefined && { value: entered }),
      },
    ],
    problems,
    words,
  );
  return {
    title: words.connectDevice,
    hasProblems: hasProblems(problems),
    status: hasProblems(problems) ? 422 : 200,
    body: html`${heading(words.connectDevice)}${errorSummary(problems, words)}
    ${form(target, [shown, button(words.continue)])}`,
  };
}

export interface DeviceConfirmationView {
  readonly form: FormTarget;
  readonly client: string;
  readonly userCode: string;
}

/** RFC 8628 §5.4: whoever followed somebody else's link sees whose device it is, and that the code is not theirs. */
export function deviceConfirmationPage({ form: target, client, userCode }: DeviceConfirmationView, words: Words): Page {
  return {
    title: words.confirmDevice,
    status: 200,
    body: html`${heading(words.confirmDevice)}${paragraph(words.confirmDeviceWhat(client))}
      <p class="user-code">${userCode}</p>
      ${form(target, [
        html`<div class="pair">
          ${button(words.deviceMatches)}${button(words.deviceDiffers, 'secondary', { name: 'abort', value: 'yes' })}
        </div>`,
      ])}`,
  };
}
