import { type AccountMailKind } from './account-mail.entity';

/** What a mail may say: a name, an organisation, a link. Nothing about anybody's health, and no address. */
export interface MailFacts {
  readonly firstName: string | null;
  readonly organisation: string;
  /** Absent where nothing is to be done. */
  readonly link?: string;
}

interface Words {
  readonly subject: string;
  /** Paragraphs; `{link}` stands on a line of its own. */
  readonly paragraphs: readonly string[];
}

const notYou = 'If this was not you, reset your password at once and tell your organisation.';
const ignore = 'If you did not ask for this, ignore this mail: nothing changes.';

const words: Readonly<Record<AccountMailKind, Words>> = {
  INVITATION: {
    subject: 'Your account at {organisation}',
    paragraphs: [
      '{organisation} has made an account for you. Follow this link to accept it and to choose your password:',
      '{link}',
      'If you sign in here already, you go on with the password you have. The link works once, for seven days.',
    ],
  },
  VERIFY_EMAIL: {
    subject: 'Confirm your e-mail address',
    paragraphs: ['Follow this link to confirm that this is your address:', '{link}', ignore],
  },
  RESET_PASSWORD: {
    subject: 'Choose a new password',
    paragraphs: [
      'Follow this link to choose a new password. It works once, and not for long:',
      '{link}',
      'You are signed out everywhere when you do.',
      ignore,
    ],
  },
  ALREADY_REGISTERED: {
    subject: 'You have an account already',
    paragraphs: [
      'Somebody, perhaps you, tried to register at {organisation} with this address. It has an account already: sign in, or ask for a new password if you have forgotten it.',
      ignore,
    ],
  },
  PASSWORD_CHANGED: {
    subject: 'Your password was changed',
    paragraphs: ['Your password was changed, and you were signed out everywhere.', notYou],
  },
  SECOND_FACTOR_CHANGED: {
    subject: 'Your second factor was changed',
    paragraphs: ['The devices or recovery codes that you sign in with were changed.', notYou],
  },
  RECOVERY_CODE_USED: {
    subject: 'A recovery code was used',
    paragraphs: ['One of your recovery codes was used to sign in.', notYou],
  },
};

export function wordsOf(kind: AccountMailKind, facts: MailFacts): { readonly subject: string; readonly text: string } {
  const { subject, paragraphs } = words[kind];
  const fill = (text: string): string =>
    text.replaceAll('{organisation}', oneLine(facts.organisation)).replace('{link}', facts.link ?? '');
  const greeting = facts.firstName === null ? 'Hello,' : `Dear ${oneLine(facts.firstName)},`;
  const text = [greeting, ...paragraphs.map(fill), 'This mailbox is not read.'].join('\n\n');
  return { subject: fill(subject), text: `${text}\n` };
}

/** Whoever chooses a name must not be able to write paragraphs, links or headers into somebody's mail. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/:\/\//g, ' ')
    .trim();
}
