import { InputError } from '#shared/errors';

// Cost 04 to 14: above that, each wrong guess would hold a thread for seconds.
const bcryptPattern = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;

/** Whether a hash is one of bcrypt, as other systems made them. */
export function isBcrypt(hash: string): boolean {
  return bcryptPattern.test(hash);
}

/** @throws {DomainError} BAD_USER_INPUT */
export function assertImportable(hash: string): void {
  if (!isBcrypt(hash)) {
    throw new InputError('A hash of bcrypt, of cost 4 to 14', ['input', 'importedPasswordHash']);
  }
}
