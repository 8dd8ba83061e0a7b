import { html, type Html } from './html';
import { type Page } from './page';
import {
  button,
  cancelForm,
  errorSummary,
  fields,
  form,
  type FormTarget,
  hasProblems,
  heading,
  link,
  paragraph,
  type Problems,
} from './parts';
import { type Words } from './words';

/** Which application asks somebody to sign in, and whose it is. */
export interface Asking {
  readonly client: string;
  readonly organisation: string | null;
}

export interface SignInView {
  readonly form: FormTarget;
  readonly asking: Asking | null;
  /** What was entered before, or what the client has hinted at. */
  readonly email?: string;
  readonly problems?: Problems;
  readonly hasPasskeys: boolean;
  readonly resetHref: string;
  /** Null where registration is switched off. */
  readonly registerHref: string | null;
  /** Null where there is nobody to go back to. */
  readonly cancelAction: string | null;
}

export function signInPage(view: SignInView, words: Words): Page {
  const { problems = {}, email } = view;
  const entered = fields(
    [
      {
        ...{ name: 'email', label: words.email, type: 'email', inputMode: 'email', autocomplete: 'username' },
        ...(email !== undefined && { value: email }),
      },
      { name: 'password', label: words.password, type: 'password', autocomplete: 'current-password' },
    ],
    problems,
    words,
  );
  return {
    title: words.signIn,
    hasProblems: hasProblems(problems),
    status: hasProblems(problems) ? 422 : 200,
    body: html`${heading(words.signIn)}${askingLine(view.asking, words)}${errorSummary(problems, words)}
      ${form(view.form, [entered, button(words.signIn)])} ${view.hasPasskeys ? passkeyOffer(view.form, words) : null}
      ${cancelForm(view.cancelAction, words)}
      <p class="aside">${link(view.resetHref, words.forgotten)}</p>
      ${view.registerHref === null ? null : html`<p class="aside">${words.noAccount} ${link(view.registerHref, words.register)}</p>`}`,
  };
}

/** A form of its own, so that Enter in a field above means the password. */
function passkeyOffer(target: FormTarget, words: Words): Html {
  return html`<p class="or"><span>${words.or}</span></p>
    ${form(target, [button(words.signInWithPasskey, 'secondary')])}`;
}

export function askingLine(asking: Asking | null, words: Words): Html | null {
  if (!asking) return null;
  const owner = asking.organisation === null ? null : html` ${words.ofOrganisation(asking.organisation)}`;
  return html`<p class="asking">${words.signInTo} <strong>${asking.client}</strong>${owner}</p>`;
}

export interface PasskeyView {
  readonly form: FormTarget;
  /** PublicKeyCredentialRequestOptions in its JSON form (Web Authentication Level 3 §5.1.10). */
  readonly options: object;
  readonly otherWayHref: string | null;
  readonly isRefused: boolean;
}

/** Talks to the authenticator by the script of the pages, which sends the form with the answer. */
export function passkeyPage(view: PasskeyView, words: Words): Page {
  const problems: Problems = view.isRefused ? { ask: 'passkeyRefused' } : {};
  const target = { ...view.form, hidden: { ...view.form.hidden, credential: '' } };
  return {
    title: words.passkey,
    hasProblems: view.isRefused,
    status: view.isRefused ? 422 : 200,
    needsScript: true,
    body: html`${heading(words.passkey)}${errorSummary(problems, words)}${paragraph(words.passkeyWhat)}
      <noscript><p class="notice">${words.passkeyNeedsScript}</p></noscript>
      <div
        id="passkey"
        data-options="${JSON.stringify(view.options)}"
        data-waiting="${words.passkeyWaiting}"
        data-failed="${words.passkeyFailed}"
        data-unsupported="${words.passkeyNeedsScript}"
      >
        <p id="passkey-status" class="notice" role="status" hidden></p>
        ${form(target, [html`<button id="ask" class="primary" type="button" hidden>${words.passkeyAgain}</button>`])}
      </div>
      ${view.otherWayHref === null ? null : html`<p class="aside">${link(view.otherWayHref, words.otherWay)}</p>`}`,
  };
}
