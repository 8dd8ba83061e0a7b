import { donePage, emailVerificationPage, invitationPage, newPasswordPage, registrationPage } from './account.page';
import { resetRequestPage } from './account.page';
import { signOutPage, troublePage } from './closing.page';
import { consentPage } from './consent.page';
import { deviceCodePage, deviceConfirmationPage } from './device.page';
import { organisationPage } from './organisation.page';
import { type Page } from './page';
import { secondFactorPage } from './second-factor.page';
import { passkeyPage, signInPage } from './sign-in.page';
import { type Language, type Trouble } from './words';

const form = { action: '/sent', token: 'token' };
const asking = { client: 'Case desk', organisation: 'Northfield Skin Clinic' };
const at = new Date('2026-03-04T14:35:00Z');
const troubles: readonly Trouble[] = ['expired', 'replayed', 'used', 'linkExpired', 'denied', 'refused', 'foreignForm'];

/** Every page in every state that looks different, by name. */
export function gallery(language: Language): Readonly<Record<string, Page>> {
  return { ...signingIn(language), ...accounts(language), ...closing(language) };
}

function signingIn({ words }: Language): Readonly<Record<string, Page>> {
  const signIn = {
    form,
    asking,
    hasPasskeys: true,
    resetHref: '/reset',
    registerHref: '/register',
    cancelAction: '/sent',
  };
  const clinics = [
    { id: 'org_a', name: 'Northfield Skin Clinic', roles: ['Doctor', 'Reviewer'] },
    { id: 'org_b', name: 'Southdown Teledermatology and Pathology Partnership', roles: ['Doctor'] },
  ];
  return {
    'sign-in': signInPage(signIn, words),
    'sign-in-plain': signInPage({ ...signIn, asking: null, hasPasskeys: false, registerHref: null }, words),
    'sign-in-wrong': signInPage({ ...signIn, email: 'dr.amara@northfield.example', problems: { password: 'credentials' } }, words), // prettier-ignore
    'sign-in-empty': signInPage({ ...signIn, problems: { email: 'emailMissing', password: 'passwordMissing' } }, words),
    passkey: passkeyPage({ form, options: { challenge: 'AAAA' }, otherWayHref: '/sign-in', isRefused: false }, words),
    'passkey-refused': passkeyPage(
      { form, options: { challenge: 'AAAA' }, otherWayHref: null, isRefused: true },
      words,
    ),
    totp: secondFactorPage({ form, factors: ['TOTP', 'RECOVERY_CODE'], passkey: form, cancelAction: '/sent' }, words),
    'totp-wrong': secondFactorPage(
      { form, factors: ['TOTP'], passkey: null, cancelAction: null, problems: { code: 'codeWrong' } },
      words,
    ),
    recovery: secondFactorPage({ form, factors: ['RECOVERY_CODE'], passkey: null, cancelAction: null }, words),
    organisation: organisationPage({ form, choices: clinics }, words),
    'organisation-missing': organisationPage({ form, choices: clinics, problems: { organisation: 'organisationMissing' } }, words), // prettier-ignore
    consent: consentPage(
      {
        ...{ form, asking, person: 'Amara Okafor', cancelAction: '/sent' },
        scopes: [
          { description: 'Read cases and their findings', phi: true },
          { description: 'See products, API clients and their scopes', phi: false },
          { description: 'Know who you are, and your e-mail address', phi: false },
        ],
      },
      words,
    ),
  };
}

function accounts({ words }: Language): Readonly<Record<string, Page>> {
  const minLength = 12;
  return {
    registration: registrationPage({ form, minLength }, words),
    'registration-wrong': registrationPage(
      {
        ...{ form, minLength, entered: { firstName: 'Amara', lastName: '', email: 'amara' } },
        problems: { lastName: 'nameMissing', email: 'emailMalformed', password: 'passwordShort' },
      },
      words,
    ),
    'check-mail': donePage({ title: words.checkMail, what: words.checkMailReset, hint: words.checkMailHint }),
    'confirm-email': emailVerificationPage({ form }, words),
    'email-confirmed': donePage({
      ...{ title: words.emailConfirmed, what: words.emailConfirmedWhat },
      next: { href: '/sign-in', label: words.signIn },
    }),
    'reset-request': resetRequestPage({ form }, words),
    'new-password': newPasswordPage({ form, minLength }, words),
    'new-password-known': newPasswordPage({ form, minLength, problems: { password: 'passwordKnown' } }, words),
    invitation: invitationPage({ form, minLength, needsPassword: true, organisation: 'Northfield Skin Clinic' }, words),
  };
}

function closing(language: Language): Readonly<Record<string, Page>> {
  const { words } = language;
  return {
    device: deviceCodePage({ form }, words),
    'device-wrong': deviceCodePage({ form, entered: 'BDWP-HQPX', problems: { user_code: 'deviceCodeWrong' } }, words),
    'device-confirm': deviceConfirmationPage({ form, client: 'Capture tablet', userCode: 'BDWP-HQPK' }, words),
    'device-done': donePage({ title: words.deviceConnected, what: words.deviceConnectedWhat }),
    'sign-out': signOutPage(form, words),
    'signed-out': donePage({ title: words.signedOut, what: words.signedOutWhat }),
    throttled: troublePage({ trouble: 'throttled', comeBackAt: at }, language),
    failed: troublePage({ trouble: 'failed', code: 'server_error' }, language),
    ...Object.fromEntries(troubles.map((trouble) => [trouble, troublePage({ trouble }, language)])),
  };
}
