import { IsNull, LessThan, Not } from 'typeorm';
import { InputError } from '#shared/errors';
import { announcementOf } from '../logins/account';
import { type CredentialHome } from '../logins/credential-home';
import { MfaDevice } from './device.entity';
import { type Amr, type MfaKind } from './mfa.codes';
import { RecoveryCode } from './recovery-code.entity';
import { normaliseRecoveryCode } from './recovery-codes';
import { stepOfCode } from './totp';

/** What somebody shows as their second factor. */
export interface FactorProof {
  readonly kind: MfaKind;
  readonly code: string | null;
}

/** The second factors of a person that they have shown to work. */
export function activeDevices({ unit, credentialId: userId }: CredentialHome): Promise<MfaDevice[]> {
  return unit.list(MfaDevice, { userId, enrolledAt: Not(IsNull()) });
}

/** Ways the second step may be taken; none for those who have enrolled nothing. */
export async function activeKinds(home: CredentialHome): Promise<MfaKind[]> {
  const kinds = new Set<MfaKind>((await activeDevices(home)).map(({ kind }) => kind));
  if (kinds.size > 0 && (await remainingRecoveryCodes(home)) > 0) kinds.add('RECOVERY_CODE');
  return [...kinds];
}

export function remainingRecoveryCodes({ unit, credentialId: userId }: CredentialHome): Promise<number> {
  return unit.count(RecoveryCode, { userId, usedAt: IsNull() });
}

/**
 * Takes a proof: what was good once is not good again, however many try it at the same moment.
 * @returns how it counts, or null when it is no proof
 * @throws {DomainError} BAD_USER_INPUT when the proof is not there at all
 */
export function takeProof(home: CredentialHome, proof: FactorProof): Promise<readonly Amr[] | null> {
  if (proof.code === null) throw new InputError('This kind of second factor needs a code', ['code']);
  return proof.kind === 'RECOVERY_CODE' ? takeRecoveryCode(home, proof.code) : takeTotp(home, proof.code);
}

async function takeTotp(home: CredentialHome, code: string): Promise<readonly Amr[] | null> {
  for (const device of await activeDevices(home)) {
    if (await takeStep(home, device, code)) return ['otp', 'mfa'];
  }
  return null;
}

/** One conditional statement decides, so that of two who show the same code at once, one is refused (RFC 6238 §5.2). */
export async function takeStep({ unit }: CredentialHome, device: MfaDevice, code: string): Promise<boolean> {
  const { id, secret } = device;
  const step = secret === null ? null : stepOfCode(secret, code, unit.at);
  if (step === null) return false;
  const taken = { lastStep: step, lastUsedAt: unit.at };
  return (await unit.updateWhere(MfaDevice, { id, lastStep: LessThan(step) }, taken)) === 1;
}

async function takeRecoveryCode(home: CredentialHome, typed: string): Promise<readonly Amr[] | null> {
  const code = normaliseRecoveryCode(typed);
  if (code === null) return null;
  const { unit, credentialId: userId } = home;
  const codeHash = await hashOfRecoveryCode(home, code);
  return unit.transaction(async (tx) => {
    const taken = await tx.updateWhere(RecoveryCode, { userId, codeHash, usedAt: IsNull() }, { usedAt: tx.at });
    if (taken !== 1) return null;
    const remaining = await tx.count(RecoveryCode, { userId, usedAt: IsNull() });
    await tx.publish('auth.mfa.recovery_code_used', announcementOf(userId, { userId, remaining }));
    return ['otp', 'mfa'] as const;
  });
}

/** @param code as `normaliseRecoveryCode` gives it */
export function hashOfRecoveryCode({ unit, credentialId }: CredentialHome, code: string): Promise<string> {
  return unit.hash('recovery_codes.code', `${credentialId} ${code}`);
}
