import { IsNull } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { type Organisation, type SystemAccess } from '#shared/subgraph';
import { type CredentialHome, homeOfLogin, isSameHome } from './credential-home';
import { UserCredential } from './credential.entity';
import { Login } from './login.entity';

/** A person as their address knows them: one credential, and the accounts it opens. */
export interface Identity {
  readonly home: CredentialHome;
  /** At least one; the first is the one whose credential it is, or was. */
  readonly logins: readonly [Login, ...Login[]];
}

/** Accounts of one address that are looked at; nobody belongs to more organisations. */
const maxAccounts = 50;

/**
 * Who signs in with this address. Their credential is that of the first account for which they have shown that they read
 * mail sent there; before anybody has shown it, that of the first account. An account that was made for the address
 * elsewhere opens only once a link sent for it was followed: whoever makes an account must not give others a way into
 * it, nor get a way into theirs.
 */
export async function findIdentity(system: SystemAccess, emailHash: string, at: Date): Promise<Identity | null> {
  const [first, ...others] = await loginsOf(system, emailHash);
  if (!first) return null;
  const home = homeOfLogin(system, first, at);
  return { home, logins: [first, ...others.filter((login) => isSameHome(homeOfLogin(system, login, at), home))] };
}

/** What following a link for an account makes of it. Found before the transaction of that, for it looks across organisations. */
export interface AddressProof {
  readonly userId: string;
  /** The credential that the account opens by from then on; null when that is as it is. */
  readonly home: CredentialHome | null;
}

/** @param account that a link was sent for */
export async function proofOfAddress(
  system: SystemAccess,
  account: { readonly userId: string; readonly organisation: Organisation },
  at: Date,
): Promise<AddressProof> {
  const { userId, organisation } = account;
  const login = await system.unitFor(organisation, at).get(Login, userId);
  const verified = (await loginsOf(system, login.emailHash)).find((one) => one.verifiedAt !== null);
  const home = verified && homeOfLogin(system, verified, at);
  return { userId, home: home && !isSameHome(home, homeOfLogin(system, login, at)) ? home : null };
}

/**
 * Somebody has followed a link that was sent to the address for this account: from now on it opens by their credential.
 * @param tx a transaction of the account's organisation
 */
export async function verifyAddress(tx: UnitOfWork, { userId, home }: AddressProof): Promise<Login> {
  const login = await tx.get(Login, userId);
  login.verifiedAt ??= tx.at;
  if (home) {
    login.credentialOrganisationId = home.unit.actor.organisationId;
    login.credentialId = home.credentialId;
    await tx.remove(UserCredential, { id: userId });
  }
  return tx.save(login);
}

/** Every account that opens by a credential: the one it is kept with, while that is there, and those that were joined to it. */
export async function accountsOfCredential(
  system: SystemAccess,
  { unit, credentialId }: CredentialHome,
): Promise<Login[]> {
  const { organisationId } = unit.actor;
  const where = [
    { organisationId, id: credentialId, credentialId: IsNull() },
    { credentialOrganisationId: organisationId, credentialId },
  ];
  return system.source.getRepository(Login).find({ where, take: maxAccounts });
}

/** Whether another account opens by the credential that is kept with this one. */
export async function isCredentialShared(
  system: SystemAccess,
  account: { organisationId: string; id: string },
): Promise<boolean> {
  const { organisationId: credentialOrganisationId, id: credentialId } = account;
  return system.source.getRepository(Login).existsBy({ credentialOrganisationId, credentialId });
}

/** Verified ones first, in the order of that; then by age. */
async function loginsOf(system: SystemAccess, emailHash: string): Promise<Login[]> {
  const logins = await system.source.getRepository(Login).find({ where: { emailHash }, take: maxAccounts });
  const rank = ({ verifiedAt, createdAt }: Login): number => (verifiedAt ?? createdAt).getTime();
  return logins.sort(
    (a, b) =>
      Number(a.verifiedAt === null) - Number(b.verifiedAt === null) || rank(a) - rank(b) || (a.id < b.id ? -1 : 1),
  );
}
