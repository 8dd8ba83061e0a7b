import { type FormView, type Page, type View } from './view';

/** HTML without style or script: works everywhere, and is what there is until something better is put in its place. */
export function renderPlainPage(view: View): Page {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${titles[view.kind]}</title></head><body><main><h1>${titles[view.kind]}</h1>${bodyOf(view)}</main></body></html>`;
  return { html, headers: { 'content-security-policy': policyOf(view) } };
}

const titles: Readonly<Record<View['kind'], string>> = {
  ...{ SIGN_IN: 'Sign in', MFA: 'Second factor', CONSENT: 'Allow access', DEVICE_CODE: 'Connect a device' },
  ...{ DEVICE_CONFIRM: 'Connect this device?', DEVICE_DONE: 'Device connected', SIGN_OUT: 'Sign out' },
  ...{ SIGNED_OUT: 'Signed out', ERROR: 'This did not work' },
};

function policyOf(view: View): string {
  const origin = 'client' in view ? view.client.origin : null;
  // Browsers check redirects that follow a form against form-action too.
  return `default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'${origin === null ? '' : ` ${origin}`}`;
}

// eslint-disable-next-line complexity -- one case per kind of view, and no other branch
function bodyOf(view: View): string {
  switch (view.kind) {
    case 'SIGN_IN':
      return `${refusal(view.refusal)}<p>${text(view.client.name)} asks you to sign in.</p>${form(
        view,
        `<p><label>E-mail <input name="email" type="email" autocomplete="username" required value="${text(view.loginHint ?? '')}"></label></p><p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>`,
        'Sign in',
      )}${cancel(view.cancelAction)}`;
    case 'MFA':
      return `${refusal(view.refusal)}${form(view, secondFactor(view.kinds), 'Continue')}${cancel(view.cancelAction)}`;
    case 'CONSENT':
      return `<p>${text(view.personName)}, ${text(view.client.name)} asks to:</p><ul>${view.scopes
        .map(({ description, phi }) => `<li>${text(description)}${phi ? ' (health information)' : ''}</li>`)
        .join('')}</ul>${form(view, '', 'Allow')}${cancel(view.cancelAction)}`;
    case 'DEVICE_CODE':
      return `${refusal(view.refusal)}${form(view, '<p><label>Code <input name="user_code" autocomplete="off" required></label></p>', 'Continue')}`;
    case 'DEVICE_CONFIRM':
      return `<p>${text(view.client.name)} shows the code <strong>${text(view.userCode)}</strong>?</p>${form(view, '', 'Continue', '<button name="abort" value="yes">It does not</button>')}`;
    case 'DEVICE_DONE':
      return `<p>${text(view.client.name)} is connected. You may close this page.</p>`;
    case 'SIGN_OUT':
      return form(view, '', 'Sign out', '', 'name="logout" value="yes"');
    case 'SIGNED_OUT':
      return '<p>You have signed out.</p>';
    case 'ERROR':
      return `<p>${text(view.description)} (${text(view.code)})</p>`;
  }
}

function secondFactor(kinds: readonly string[]): string {
  const options = kinds.filter((kind) => kind !== 'WEBAUTHN').map((kind) => `<option>${text(kind)}</option>`);
  return `<p><label>Kind <select name="kind">${options.join('')}</select></label></p><p><label>Code <input name="code" autocomplete="one-time-code" required></label></p>`;
}

// eslint-disable-next-line @typescript-eslint/max-params -- what stands in a form, from top to bottom
function form({ action, hidden }: FormView, fields: string, submit: string, more = '', attributes = ''): string {
  const inputs = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${text(name)}" value="${text(value)}">`,
  );
  return `<form method="post" action="${text(action)}">${inputs.join('')}${fields}<button ${attributes}>${submit}</button>${more}</form>`;
}

function cancel(action: string): string {
  return `<form method="post" action="${text(action)}"><button>Cancel</button></form>`;
}

function refusal(code: string | null): string {
  return code === null ? '' : `<p role="alert">${text(refusals[code] ?? code)}</p>`;
}

const refusals: Readonly<Record<string, string>> = {
  CREDENTIALS: 'The e-mail address or the password is wrong.',
  CODE: 'The code is wrong, or was used before.',
  EXPIRED: 'This has expired: begin again.',
  TOO_MANY_ATTEMPTS: 'Too many attempts: try again later.',
  UNKNOWN: 'There is no such code.',
  USED: 'The code has been used already.',
};

function text(value: string): string {
  return value.replaceAll(/[&<>"']/g, (character) => `&#${String(character.codePointAt(0))};`);
}
