import { type AuthConfig } from '../config';
import { UserCredential } from './credential.entity';
import { type CredentialHome } from './credential-home';

const maxCountAttempts = 20;

/** Counts a wrong password or code; the last one that is allowed locks the account. At a locked one it changes nothing. */
export async function countFailure(home: CredentialHome, config: AuthConfig): Promise<void> {
  for (let attempt = 0; attempt < maxCountAttempts; attempt += 1) {
    if (await tryToCount(home, config)) return;
  }
}

export async function forgetFailures({ unit, credentialId: id }: CredentialHome): Promise<void> {
  await unit.updateWhere(UserCredential, { id }, { failures: 0, lockedUntil: null });
}

/** @returns false when another process has counted at the same moment */
async function tryToCount({ unit, credentialId: id }: CredentialHome, config: AuthConfig): Promise<boolean> {
  const { LOGIN_MAX_FAILURES: maxFailures, LOGIN_LOCK_SECONDS: lockSeconds } = config;
  const credential = await unit.get(UserCredential, id);
  if (credential.isLockedAt(unit.at)) return true;
  const { failures } = credential;
  const isLast = failures + 1 >= maxFailures;
  const lockedUntil = isLast ? new Date(unit.at.getTime() + lockSeconds * 1_000) : null;
  const counted = { failures: isLast ? 0 : failures + 1, lockedUntil };
  return (await unit.updateWhere(UserCredential, { id, failures }, counted)) === 1;
}
