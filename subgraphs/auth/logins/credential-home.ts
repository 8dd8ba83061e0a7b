import { type UnitOfWork } from '#shared/database';
import { type Organisation, type SystemAccess } from '#shared/subgraph';
import { Login } from './login.entity';

/** Where what proves that somebody is who they are is kept: password, second factors, recovery codes, lock. */
export interface CredentialHome {
  readonly unit: UnitOfWork;
  /** Id of the credential, and of its owner as devices and codes name them. */
  readonly credentialId: string;
}

/** @param account an account of a person, in one organisation */
export async function credentialHomeOf(
  system: SystemAccess,
  account: { readonly userId: string; readonly organisation: Organisation },
  at: Date,
): Promise<CredentialHome> {
  const login = await system.unitFor(account.organisation, at).find(Login, account.userId);
  if (login) return homeOfLogin(system, login, at);
  return { unit: system.unitFor(account.organisation, at), credentialId: account.userId };
}

export function homeOfLogin(system: SystemAccess, login: Login, at: Date): CredentialHome {
  const organisationId = login.credentialOrganisationId ?? login.organisationId;
  const unit = system.unitFor({ organisationId, region: login.region }, at);
  return { unit, credentialId: login.credentialId ?? login.id };
}

export function isSameHome(a: CredentialHome, b: CredentialHome): boolean {
  return a.credentialId === b.credentialId && a.unit.actor.organisationId === b.unit.actor.organisationId;
}
