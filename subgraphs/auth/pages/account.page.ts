import { html } from './html';
import { type Page } from './page';
import {
  button,
  errorSummary,
  type Field,
  fields,
  form,
  type FormTarget,
  hasProblems,
  heading,
  linkButton,
  paragraph,
  type Problems,
} from './parts';
import { type Words } from './words';

export interface AccountView {
  readonly form: FormTarget;
  /** What was entered before. Passwords are never sent back. */
  readonly entered?: Readonly<Record<string, string>>;
  readonly problems?: Problems;
}

interface FormPage {
  readonly title: string;
  readonly what: string;
  readonly fields: readonly Field[];
  readonly submit: string;
}

function formPage({ form: target, entered = {}, problems = {} }: AccountView, shown: FormPage, words: Words): Page {
  const filled = shown.fields.map((one) => {
    const value = one.type === 'password' ? undefined : entered[one.name];
    return value === undefined ? one : { ...one, value };
  });
  return {
    title: shown.title,
    hasProblems: hasProblems(problems),
    status: hasProblems(problems) ? 422 : 200,
    body: html`${heading(shown.title)}${errorSummary(problems, words)}${paragraph(shown.what)}
    ${form(target, [fields(filled, problems, words), button(shown.submit)])}`,
  };
}

function emailField(words: Words): Field {
  return { name: 'email', label: words.email, type: 'email', inputMode: 'email', autocomplete: 'username' };
}

function newPasswordField(minLength: number, words: Words): Field {
  return {
    ...{ name: 'password', label: words.newPassword, type: 'password', autocomplete: 'new-password' },
    hint: words.newPasswordHint(minLength),
  };
}

export interface NewPasswordView extends AccountView {
  /** Fewest characters of a password. */
  readonly minLength: number;
}

export function registrationPage(view: NewPasswordView, words: Words): Page {
  const named: readonly Field[] = [
    { name: 'firstName', label: words.firstName, autocomplete: 'given-name' },
    { name: 'lastName', label: words.lastName, autocomplete: 'family-name' },
  ];
  const shown = [...named, emailField(words), newPasswordField(view.minLength, words)];
  return formPage(
    view,
    { title: words.registration, what: words.registrationWhat, fields: shown, submit: words.register },
    words,
  );
}

export function resetRequestPage(view: AccountView, words: Words): Page {
  return formPage(
    view,
    { title: words.resetPassword, what: words.resetWhat, fields: [emailField(words)], submit: words.sendLink },
    words,
  );
}

export function newPasswordPage(view: NewPasswordView, words: Words): Page {
  return formPage(
    view,
    {
      ...{ title: words.chooseNewPassword, what: words.chooseNewPasswordWhat, submit: words.savePassword },
      fields: [newPasswordField(view.minLength, words)],
    },
    words,
  );
}

export interface InvitationView extends NewPasswordView {
  readonly organisation: string;
  /** False when the person has a password already. */
  readonly needsPassword: boolean;
}

export function invitationPage(view: InvitationView, words: Words): Page {
  const { organisation, needsPassword, minLength } = view;
  return formPage(
    view,
    {
      ...{ title: words.invitation, submit: words.acceptInvitation },
      what: needsPassword ? words.invitationOf(organisation) : words.invitationKnown(organisation),
      fields: needsPassword ? [newPasswordField(minLength, words)] : [],
    },
    words,
  );
}

/** A click of a person confirms; the link alone does not, since mail scanners follow links. */
export function emailVerificationPage(view: AccountView, words: Words): Page {
  return formPage(
    view,
    { title: words.confirmEmail, what: words.confirmEmailWhat, fields: [], submit: words.confirm },
    words,
  );
}

/** What was done, and where to go on. */
export interface DoneView {
  readonly title: string;
  readonly what: string;
  readonly hint?: string;
  readonly next?: { readonly href: string; readonly label: string } | null;
}

export function donePage({ title, what, hint, next = null }: DoneView): Page {
  return {
    title,
    status: 200,
    body: html`${heading(title)}${paragraph(what)}${hint === undefined ? null : html`<p class="hint">${hint}</p>`}
    ${next === null ? null : linkButton(next.href, next.label)}`,
  };
}
