import { IsNull } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { ConflictError, DomainError, InputError, NotFoundError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { announcementOf } from '../logins/account';
import { type CredentialHome } from '../logins/credential-home';
import { type AuthPorts } from '../ports';
import { assertSteppedUp } from '../step-up/step-up.service';
import { selfOf } from '../users/oneself';
import { User } from '../users/user.entity';
import { MfaDevice } from './device.entity';
import { activeDevices, hashOfRecoveryCode, takeStep } from './factor.service';
import { type DeviceKind } from './mfa.codes';
import { RecoveryCode } from './recovery-code.entity';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-codes';
import { newTotpSecret, otpauthUrl } from './totp';

export interface EnrolmentWork {
  readonly unit: UnitOfWork;
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
}

export interface Enrolment {
  readonly device: MfaDevice;
  readonly otpauthUrl: string | null;
  readonly recoveryCodes: readonly string[] | null;
}

const maxDevices = 10;
const maxLabelLength = 60;

/**
 * Begins to enrol a second factor. It does not count until `confirmEnrolment`.
 * @throws {DomainError} STEP_UP_REQUIRED: a stolen access token must not suffice to lock its owner out
 */
export async function beginEnrolment(
  work: EnrolmentWork,
  { label, stepUpToken }: { readonly label: string; readonly stepUpToken: string },
): Promise<Enrolment> {
  const { unit, ports } = work;
  const name = parseLabel(label);
  const { userId, home } = await selfOf(work);
  await unit.transaction((tx) => assertSteppedUp(tx, stepUpToken, 'MANAGE_MFA'));
  await makeRoom(home);
  const secret = newTotpSecret();
  const device = await home.unit.create(MfaDevice, {
    ...{ id: newId('mfa'), userId: home.credentialId, kind: 'TOTP', label: name, secret },
    ...{ lastStep: 0, enrolledAt: null, lastUsedAt: null },
  });
  const { emailAddress } = await unit.get(User, userId);
  const names = { issuer: ports.config.MFA_ISSUER, account: emailAddress ?? userId };
  return { device, otpauthUrl: otpauthUrl(secret, names), recoveryCodes: null };
}

/**
 * The first code shows that the device works; from then on it counts. With the first device come recovery codes.
 * @throws {DomainError} INVALID_CREDENTIALS for a wrong code, NOT_FOUND, CONFLICT when it was confirmed before
 */
export async function confirmEnrolment(work: EnrolmentWork, deviceId: string, code: string): Promise<Enrolment> {
  const { home } = await selfOf(work);
  return work.ports.loginQueue.run(home.credentialId, async () => {
    const device = await ownDevice(home, deviceId);
    if (device.enrolledAt !== null) throw new ConflictError('This device is enrolled already');
    if (!(await takeStep(home, device, code))) throw new DomainError('INVALID_CREDENTIALS', 'The code is wrong');
    const isFirst = (await activeDevices(home)).length === 0;
    const enrolled = await announceEnrolled(home, device);
    return { device: enrolled, otpauthUrl: null, recoveryCodes: isFirst ? await makeRecoveryCodes(home) : null };
  });
}

/** Takes a device away; with the last one go the recovery codes. */
export async function removeDevice(work: EnrolmentWork, id: string, stepUpToken: string): Promise<MfaDevice> {
  const { home } = await selfOf(work);
  const device = await ownDevice(home, id);
  await work.unit.transaction((tx) => assertSteppedUp(tx, stepUpToken, 'MANAGE_MFA'));
  await home.unit.transaction((tx) => removeDevices({ ...home, unit: tx }, [device]));
  return device;
}

/** New recovery codes; whatever was printed before is void. */
export async function renewRecoveryCodes(work: EnrolmentWork, stepUpToken: string): Promise<readonly string[]> {
  const { home } = await selfOf(work);
  if ((await activeDevices(home)).length === 0) throw new ConflictError('Enrol a second factor first');
  await work.unit.transaction((tx) => assertSteppedUp(tx, stepUpToken, 'MANAGE_MFA'));
  return makeRecoveryCodes(home);
}

/** @param home in a transaction */
export async function removeDevices(home: CredentialHome, devices: readonly MfaDevice[]): Promise<void> {
  const { unit: tx, credentialId: userId } = home;
  for (const { id, kind } of devices) {
    await tx.remove(MfaDevice, { id });
    await tx.publish('auth.mfa.removed', announcementOf(userId, { userId, kind }));
  }
  if ((await activeDevices(home)).length === 0) await tx.remove(RecoveryCode, { userId });
}

async function ownDevice({ unit, credentialId }: CredentialHome, id: string): Promise<MfaDevice> {
  const device = await unit.get(MfaDevice, id);
  if (device.userId !== credentialId) throw new NotFoundError('MfaDevice');
  return device;
}

/** Enrolments that were begun and left go; what is in use is bounded. */
async function makeRoom(home: CredentialHome): Promise<void> {
  if ((await activeDevices(home)).length >= maxDevices) throw new ConflictError('A person has at most ten devices');
  await home.unit.remove(MfaDevice, { userId: home.credentialId, enrolledAt: IsNull() });
}

async function announceEnrolled({ unit, credentialId: userId }: CredentialHome, device: MfaDevice): Promise<MfaDevice> {
  return unit.transaction(async (tx) => {
    const fresh = await tx.get(MfaDevice, device.id);
    fresh.enrolledAt = tx.at;
    await tx.save(fresh);
    const kind: DeviceKind = fresh.kind;
    await tx.publish('auth.mfa.enrolled', announcementOf(userId, { userId, kind }));
    return fresh;
  });
}

async function makeRecoveryCodes(home: CredentialHome): Promise<readonly string[]> {
  const { unit, credentialId: userId } = home;
  const codes = newRecoveryCodes();
  const hashes = await Promise.all(codes.map((code) => hashOfRecoveryCode(home, normaliseRecoveryCode(code) ?? code)));
  await unit.transaction(async (tx) => {
    await tx.remove(RecoveryCode, { userId });
    for (const codeHash of hashes) await tx.create(RecoveryCode, { id: newId('rcv'), userId, codeHash, usedAt: null });
    await tx.publish('auth.mfa.recovery_codes_made', announcementOf(userId, { userId }));
  });
  return codes;
}

function parseLabel(text: string): string {
  const label = text.trim();
  if (label === '' || label.length > maxLabelLength) throw new InputError('A label has 1 to 60 characters', ['label']);
  return label;
}
