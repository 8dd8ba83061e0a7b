import { type UnitOfWork } from '#shared/database';
import { Organisation } from '../organisations/organisation.entity';
import { type AuthMethod, Product } from '../products/product.entity';
import { Membership } from '../users/membership.entity';
import { User } from '../users/user.entity';
import { canSignIn } from '../users/user.machine';
import { UserCredential } from './credential.entity';
import { type CredentialHome } from './credential-home';

/** Everything that says whether somebody may sign in, as it stands now. */
export interface Account {
  readonly unit: UnitOfWork;
  readonly home: CredentialHome;
  readonly user: User;
  readonly credential: UserCredential;
  readonly memberships: readonly Membership[];
  readonly organisation: Organisation | null;
  /** Null when there is none, or it does not allow this way of signing in. */
  readonly product: Product | null;
}

export type Refusal = 'LOCKED' | 'WRONG_PASSWORD' | 'USER_STATUS' | 'NO_MEMBERSHIP' | 'ORGANISATION_STATUS' | 'PRODUCT';

interface AccountQuery {
  readonly unit: UnitOfWork;
  readonly home: CredentialHome;
  readonly userId: string;
  readonly product: { readonly key: string } | { readonly id: string };
  readonly method: AuthMethod;
}

export async function findAccount({ unit, home, userId, product, method }: AccountQuery): Promise<Account | null> {
  const user = await unit.find(User, userId);
  const credential = await home.unit.find(UserCredential, home.credentialId);
  if (!user || !credential) return null;
  const found = await unit.findBy(Product, product);
  return {
    ...{ unit, home, user, credential },
    memberships: await unit.list(Membership, { userId, status: 'ACTIVE' }),
    organisation: await unit.find(Organisation, unit.actor.organisationId),
    product: found?.authMethods.includes(method) ? found : null,
  };
}

/** Why this account may not sign in at this moment, whatever is shown; null when it may. */
export function refusalOf(account: Account, at: Date): Exclude<Refusal, 'WRONG_PASSWORD'> | null {
  const { credential, user, organisation, memberships, product } = account;
  if (credential.isLockedAt(at)) return 'LOCKED';
  if (!canSignIn(user.status)) return 'USER_STATUS';
  if (memberships.length === 0) return 'NO_MEMBERSHIP';
  if (organisation?.status !== 'ACTIVE') return 'ORGANISATION_STATUS';
  return product ? null : 'PRODUCT';
}

/** As the audience of `auth.login.…` events knows the account. */
export function announcementOf<D>(
  userId: string,
  data: D,
): { resourceId: string; aggregate: { type: string; id: string }; data: D } {
  return { resourceId: userId, aggregate: { type: 'User', id: userId }, data };
}
