import { type Account } from 'oidc-provider';
import { type Person, findPerson } from '../tokens/person';
import { liveSessionOf, type SessionWork } from '../sessions/session.service';
import { type Session } from '../sessions/session.entity';

/** A person as the engine carries them through a request. */
export interface PersonAccount extends Account {
  readonly person: Person;
  /** The session whose artefact brought them here; null while they are still signing in. */
  readonly session: Session | null;
}

/** The person who is signed in at a browser, as they stand now at the organisation whose client asks. */
export async function accountAt(
  work: SessionWork,
  userId: string,
  organisationId: string,
): Promise<PersonAccount | undefined> {
  return accountFrom(await findPerson(work, { userId, organisationId }), null);
}

/**
 * The person of an account, as they stand now.
 * @param grantId of the code or token that names them: its session must be alive
 * @returns undefined when they may have no token: the engine answers `invalid_grant`
 */
export async function findPersonAccount(
  work: SessionWork,
  userId: string,
  grantId: string,
): Promise<PersonAccount | undefined> {
  const session = await liveSessionOf(work, grantId);
  return session?.userId === userId ? accountOf(work, session) : undefined;
}

/** The person of a session that is alive. */
export async function accountOf(work: SessionWork, session: Session): Promise<PersonAccount | undefined> {
  const { userId, organisationId } = session;
  return accountFrom(await findPerson(work, { userId, organisationId }), session);
}

function accountFrom(person: Person | null, session: Session | null): PersonAccount | undefined {
  if (!person) return undefined;
  return { accountId: person.user.id, person, session, claims: (use, scope) => claimsOf(person, use, scope) };
}

/** OpenID Connect Core §5.4. An ID token says who, never what they are called: it is kept and logged by clients. */
function claimsOf(person: Person, use: string, scope: string): { sub: string; [claim: string]: string } {
  const { user, organisationId } = person;
  const base = { sub: user.id, org_id: organisationId };
  return use === 'id_token' ? base : { ...base, ...identityClaims(person, scope.split(' ')) };
}

/** What the scopes `profile` and `email` open. */
export function identityClaims({ user }: Person, scopes: readonly string[]): Record<string, string> {
  const { firstName, lastName, emailAddress } = user;
  const name = [firstName, lastName].filter((part) => part !== null).join(' ');
  return {
    ...(scopes.includes('profile') && { name, given_name: firstName ?? '', family_name: lastName ?? '' }),
    ...(scopes.includes('email') && emailAddress !== null && { email: emailAddress }),
  };
}
