/** What the pages say. One table per language; a page takes its words from there and has none of its own. */
const british = {
  product: 'SA Platform',
  errorTitle: (title: string) => `Error: ${title}`,
  errorSummary: 'There is a problem',
  continue: 'Continue',
  cancel: 'Cancel',
  email: 'E-mail address',
  password: 'Password',
  newPassword: 'New password',
  newPasswordHint: (minLength: number) =>
    `At least ${String(minLength)} characters. A few words in a row are easy to remember and hard to guess.`,
  firstName: 'First name',
  lastName: 'Last name',

  signIn: 'Sign in',
  signInTo: 'You are signing in to',
  ofOrganisation: (organisation: string) => `of ${organisation}`,
  signInWithPasskey: 'Sign in with a passkey',
  or: 'or',
  forgotten: 'Forgotten your password?',
  noAccount: 'No account yet?',
  register: 'Create an account',

  passkey: 'Use your passkey',
  passkeyWhat: 'Your browser asks you to unlock the passkey with your fingerprint, your face, a PIN or a security key.',
  passkeyAgain: 'Ask for the passkey',
  passkeyWaiting: 'Waiting for your passkey',
  passkeyFailed: 'The passkey was not used. You can try again, or sign in another way.',
  passkeyNeedsScript: 'Passkeys need JavaScript, which is switched off in this browser, and a browser that knows them.',
  otherWay: 'Sign in another way',

  secondStep: 'Confirm that it is you',
  totpLabel: 'Code from your authenticator app',
  totpHint: '6 digits. A new code appears every 30 seconds.',
  recoveryLabel: 'Recovery code',
  recoveryHint: 'One of the codes you were given when you set up the second step. Each works once.',
  useTotp: 'Use a code from your authenticator app',
  usePasskey: 'Use a passkey',
  useRecovery: 'Use a recovery code',
  otherWays: 'Other ways',

  chooseOrganisation: 'Choose an organisation',
  chooseOrganisationWhy:
    'You belong to more than one organisation. What you see and do next concerns the one you choose.',
  organisation: 'Organisation',

  allowAccess: 'Allow access?',
  wantsTo: (client: string) => `${client} asks to do the following in your name:`,
  healthData: 'Health data',
  consentUntil: 'It lasts until you or your organisation end this sign-in.',
  allow: 'Allow',
  doNotAllow: 'Do not allow',
  signedInAs: (name: string) => `Signed in as ${name}`,

  confirmEmail: 'Confirm your e-mail address',
  confirmEmailWhat: 'With one click you confirm that this address is yours.',
  confirm: 'Confirm',
  emailConfirmed: 'Your e-mail address is confirmed',
  emailConfirmedWhat: 'You can sign in now, from the application you use.',

  registration: 'Create an account',
  registrationWhat: 'We send a message to your address to make sure that it is yours.',
  checkMail: 'Look into your mailbox',
  checkMailRegistered: 'If this address can have an account, a message with a link is on its way to it.',
  checkMailReset: 'If there is an account with this address, a message with a link is on its way to it.',
  checkMailHint: 'Nothing after a few minutes? Look in the spam folder, or check the address for a slip.',

  resetPassword: 'Reset your password',
  resetWhat: 'Enter the address you sign in with. You get a message with a link to choose a new password.',
  sendLink: 'Send the link',
  chooseNewPassword: 'Choose a new password',
  chooseNewPasswordWhat: 'You will be signed out wherever you are signed in now.',
  savePassword: 'Save the password',
  passwordChanged: 'Your password is changed',
  passwordChangedWhat: 'You can sign in with it now, from the application you use.',

  invitation: 'Accept your invitation',
  invitationOf: (organisation: string) => `${organisation} invites you. Choose a password to take part.`,
  acceptInvitation: 'Accept the invitation',
  invitationKnown: (organisation: string) => `${organisation} invites you. You keep the password you have.`,
  invitationAccepted: 'Welcome',
  invitationAcceptedWhat: 'Your account is ready. You can sign in now, from the application you use.',

  connectDevice: 'Connect a device',
  deviceCodeLabel: 'Code shown on the device',
  deviceCodeHint: 'For example BDWP-HQPK. Capital and small letters are the same.',
  confirmDevice: 'Is this your device?',
  confirmDeviceWhat: (client: string) =>
    `${client} wants to be connected to your account. Go on only if your device shows this very code:`,
  deviceMatches: 'Yes, connect it',
  deviceDiffers: 'No, stop',
  deviceConnected: 'The device is connected',
  deviceConnectedWhat: 'You can close this page and go on there.',
  deviceRefused: 'The device is not connected',
  deviceRefusedWhat: 'Nothing was allowed. You can close this page.',

  signOut: 'Sign out?',
  signOutWhat: 'You will be signed out of SA Platform in this browser.',
  signOutConfirm: 'Sign out',
  staySignedIn: 'Stay signed in',
  signedOut: 'You are signed out',
  signedOutWhat: 'On a shared computer, close the browser too.',
  signInAgain: 'Sign in again',

  reference: (code: string) => `For whoever runs the application: ${code}`,
  trouble: {
    expired: {
      title: 'This page has expired',
      what: 'It was open for too long. Go back to where you came from and begin again.',
    },
    replayed: {
      title: 'This page has already been sent',
      what: 'It was sent a second time, and only the first one counts. Go back to where you came from and begin again.',
    },
    used: {
      title: 'This link has already been used',
      what: 'Each link works once. If you did not use it yourself, ask for a new one and tell your organisation.',
    },
    linkExpired: {
      title: 'This link has expired',
      what: 'Links work for a limited time only. Ask for a new one.',
    },
    throttled: { title: 'Too many attempts', what: 'For safety, this has to wait for a while.' },
    denied: { title: 'You have no access', what: 'Your account may not be used here. Your organisation can help you.' },
    refused: {
      title: 'This request cannot be answered',
      what: 'The application that sent you here asked for something it may not have. Tell whoever runs it.',
    },
    foreignForm: {
      title: 'This form came from elsewhere',
      what: 'Nothing was done. Forms are taken only from the pages they belong to, with cookies switched on.',
    },
    notFound: { title: 'There is no such page', what: 'The address is wrong, or the page is gone.' },
    failed: { title: 'Something went wrong', what: 'This is our mistake. Nothing is lost; try again in a moment.' },
  },
  comeBackAt: (time: string) => `You can try again from ${time}.`,

  problems: {
    credentials: 'The e-mail address or the password is wrong',
    emailMissing: 'Enter your e-mail address',
    emailMalformed: 'Enter an e-mail address, like name@example.org',
    passwordMissing: 'Enter your password',
    passwordShort: 'This password is too short',
    passwordLong: 'This password is too long',
    passwordKnown: 'This password is known from data leaks: choose another',
    nameMissing: 'Enter the name',
    nameLong: 'Enter a name of at most 100 characters',
    codeMissing: 'Enter the code',
    tooMany: 'There were too many attempts: wait for a few minutes',
    secondStepOver: 'The second step took too long: sign in again',
    codeWrong: 'The code is wrong, has expired or was used already',
    passkeyRefused: 'This passkey could not be verified',
    organisationMissing: 'Choose an organisation',
    deviceCodeExpired: 'This code has expired: begin anew on the device',
    deviceCodeUsed: 'This code was used already: begin anew on the device',
    deviceCodeMissing: 'Enter the code that your device shows',
    deviceCodeWrong: 'There is no device with this code. Check it, or begin anew on the device',
  },
};

export type Words = typeof british;
export type Problem = keyof Words['problems'];
export type Trouble = keyof Words['trouble'];

const american: Words = {
  ...british,
  consentUntil: 'It lasts until you or your organization end this sign-in.',
  chooseOrganisation: 'Choose an organization',
  chooseOrganisationWhy:
    'You belong to more than one organization. What you see and do next concerns the one you choose.',
  organisation: 'Organization',
  forgotten: 'Forgot your password?',
  problems: { ...british.problems, organisationMissing: 'Choose an organization' },
  trouble: {
    ...british.trouble,
    used: {
      ...british.trouble.used,
      what: 'Each link works once. If you did not use it yourself, ask for a new one and tell your organization.',
    },
    denied: {
      ...british.trouble.denied,
      what: 'Your account may not be used here. Your organization can help you.',
    },
  },
};

const tables = { 'en-GB': british, 'en-US': american } as const;

export type Locale = keyof typeof tables;

/** One language of the pages. */
export interface Language {
  readonly locale: Locale;
  readonly words: Words;
}

export function languageOf(locale: Locale): Language {
  return { locale, words: tables[locale] };
}

/**
 * The first language of an Accept-Language header that the pages speak; British English for everything else.
 * @param header in order of preference; weights (RFC 9110 §12.5.4) are not looked at, since browsers send them in order
 */
export function chooseLanguage(header: string | undefined): Language {
  const asked = (header ?? '').slice(0, 200).split(',');
  const found = asked.map((part) => localeOf(part.split(';')[0]?.trim() ?? '')).find((locale) => locale !== null);
  return languageOf(found ?? 'en-GB');
}

function localeOf(tag: string): Locale | null {
  return (Object.keys(tables) as Locale[]).find((locale) => locale.toLowerCase() === tag.toLowerCase()) ?? null;
}

/** An instant as a person reads it, with the name of its zone. */
export function instantText(at: Date, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, {
    ...{ hour: 'numeric', minute: '2-digit', day: 'numeric', month: 'long' },
    ...{ timeZone: 'UTC', timeZoneName: 'short' },
  }).format(at);
}
