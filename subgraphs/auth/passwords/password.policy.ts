import { InputError } from '#shared/errors';

/** NIST SP 800-63B §5.1.1.2: at least 8 characters and no rules of composition; the upper bound keeps hashing cheap. */
export const passwordLength = { min: 8, max: 256 } as const;

/** The most used ones of that length (NIST asks for such a list); whoever guesses begins with these. */
const mostUsed: ReadonlySet<string> = new Set([
  ...['password', 'password1', 'passw0rd', '12345678', '123456789', '1234567890', '11111111', '00000000', '87654321'],
  ...['qwertyui', 'qwertyuiop', 'qwerty123', '1q2w3e4r', 'abcd1234', 'abc12345', 'iloveyou', 'sunshine', 'princess'],
  ...['football', 'baseball', 'superman', 'trustno1', 'welcome1', 'letmein1', 'computer', 'whatever', 'starwars'],
  ...['88888888', '99999999', '12341234', '123123123', 'asdfghjk', 'asdfasdf', 'zxcvbnm1', 'changeme', 'changeme1'],
]);

/** @throws {DomainError} BAD_USER_INPUT */
export function parsePassword(text: string, path: readonly string[]): string {
  const { min, max } = passwordLength;
  if (text.length < min || text.length > max) throw new InputError('A password has 8 to 256 characters', path);
  if (mostUsed.has(text.toLowerCase())) throw new InputError('This password is one of the first to be guessed', path);
  return text;
}
