import { html } from './html';
import { type Page } from './page';
import { button, form, type FormTarget, heading, linkButton, paragraph } from './parts';
import { instantText, type Language, type Trouble, type Words } from './words';

/** OpenID Connect RP-Initiated Logout 1.0 §2: the person is asked before anything ends. */
export function signOutPage(target: FormTarget, words: Words): Page {
  return {
    title: words.signOut,
    status: 200,
    body: html`${heading(words.signOut)}${paragraph(words.signOutWhat)}
    ${form(target, [
      html`<div class="pair">
        ${button(words.signOutConfirm, 'primary', { name: 'logout', value: 'yes' })}${button(words.staySignedIn, 'secondary')}
      </div>`,
    ])}`,
  };
}

export interface TroubleView {
  readonly trouble: Trouble;
  /** When it is worth trying again. */
  readonly comeBackAt?: Date;
  /** A code of the protocol, for whoever runs the application. */
  readonly code?: string;
  readonly next?: { readonly href: string; readonly label: string };
}

const statuses: Readonly<Record<Trouble, number>> = {
  expired: 400,
  replayed: 400,
  used: 410,
  linkExpired: 410,
  throttled: 429,
  denied: 403,
  refused: 400,
  foreignForm: 403,
  notFound: 404,
  failed: 500,
};

/** Says what happened and what to do, never whose fault an account is. */
export function troublePage({ trouble, comeBackAt, code, next }: TroubleView, language: Language): Page {
  const { words, locale } = language;
  const { title, what } = words.trouble[trouble];
  const when = comeBackAt && html`<p>${words.comeBackAt(instantText(comeBackAt, locale))}</p>`;
  return {
    title,
    status: statuses[trouble],
    body: html`${heading(title)}${paragraph(what)}${when ?? null}
    ${next === undefined ? null : linkButton(next.href, next.label)}
    ${code === undefined ? null : html`<p class="hint">${words.reference(code)}</p>`}`,
  };
}
