import { type Scope } from '#shared/auth';
import { type Amr } from '../mfa/mfa.codes';
import { scopesOfKeys } from '../roles/role.service';
import { findSettings } from '../settings/settings.service';
import { type Product } from '../products/product.entity';
import { User } from '../users/user.entity';
import { type Account, announcementOf } from './account';
import { forgetFailures } from './lock-out';

/** Somebody who has shown all that their sign-in asks for. Tokens, sessions and codes are made from this and nothing else. */
export interface AuthenticatedPerson {
  readonly user: User;
  readonly product: Product;
  readonly roles: readonly string[];
  /** Those of their roles that the product lets a token carry. */
  readonly scopes: readonly Scope[];
  /** Their organisation wants a second factor of them and they have none: they get in to enrol one, and no further. */
  readonly mustEnrolMfa: boolean;
  /** How they have shown it (`amr` of RFC 8176), and when (`auth_time` of OpenID Connect Core §2). */
  readonly amr: readonly Amr[];
  readonly authenticatedAt: Date;
}

/** Signs an account in: the first time accepts the invitation, failures are forgotten, and it is announced. */
export async function admit(account: Account, product: Product, amr: readonly Amr[]): Promise<AuthenticatedPerson> {
  const { unit, home, user, credential, memberships } = account;
  const roles = [...new Set(memberships.flatMap(({ roleKeys }) => roleKeys))];
  await unit.transaction(async (tx) => {
    user.accept();
    await tx.save(user);
    await tx.updateWhere(User, { id: user.id }, { lastLoginAt: tx.at });
    await tx.publish('auth.login.succeeded', announcementOf(user.id, { userId: user.id, method: methodOf(amr) }));
  });
  if (credential.failures > 0) await forgetFailures(home);
  const mustEnrolMfa = !amr.includes('mfa') && ((await findSettings(unit))?.requireMfa ?? false);
  const scopes = product
    .entitled(await scopesOfKeys(unit, roles))
    .filter((scope) => !mustEnrolMfa || isForEnrolment(scope));
  return { user, product, roles, scopes, mustEnrolMfa, amr, authenticatedAt: unit.at };
}

function isForEnrolment(scope: Scope): boolean {
  return scope === 'auth:users:self';
}

function methodOf(amr: readonly Amr[]): string {
  const names: Partial<Record<Amr, string>> = { pwd: 'PASSWORD', otp: 'ONE_TIME_CODE', hwk: 'PASSKEY', fed: 'OIDC' };
  return amr.flatMap((one) => names[one] ?? []).join('.');
}
