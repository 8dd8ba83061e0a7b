import { type UnitOfWork } from '#shared/database';
import { type Organisation, type SystemAccess } from '#shared/subgraph';

/** Where what proves that somebody is who they are is kept: password, second factors, recovery codes, lock. */
export interface CredentialHome {
  readonly unit: UnitOfWork;
  /** Id of the credential, and of its owner as devices and codes name them. */
  readonly credentialId: string;
}

/** @param account an account of a person, in one organisation */
export function credentialHomeOf(
  system: SystemAccess,
  account: { readonly userId: string; readonly organisation: Organisation },
  at: Date,
): CredentialHome {
  return { unit: system.unitFor(account.organisation, at), credentialId: account.userId };
}
