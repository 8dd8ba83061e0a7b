import { isUniqueViolation, retryStale, type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { type AuthConfig } from '../config';
import { Organisation } from '../organisations/organisation.entity';
import { SessionRules } from './session-rules.entity';

/** Shorter would end sessions between two refreshes; longer than the longest session means nothing. */
const minIdleSeconds = 300;

/** How long a session of the unit's organisation may be without a new token. */
export async function idleSecondsOf(
  unit: UnitOfWork,
  { SESSION_IDLE_SECONDS: fallback }: Pick<AuthConfig, 'SESSION_IDLE_SECONDS'>,
): Promise<number> {
  const rules = await unit.find(SessionRules, unit.actor.organisationId);
  return rules?.idleSeconds ?? fallback;
}

/**
 * Counts from the next time a token is asked for, for sessions that are open too.
 * @throws {DomainError} BAD_USER_INPUT for less than five minutes or more than the longest session
 */
export async function setSessionIdleTimeout(
  unit: UnitOfWork,
  { SESSION_MAX_SECONDS: maxSeconds }: Pick<AuthConfig, 'SESSION_MAX_SECONDS'>,
  idleSeconds: number,
): Promise<Organisation> {
  if (idleSeconds < minIdleSeconds || idleSeconds > maxSeconds)
    throw new InputError(`Between ${String(minIdleSeconds)} and ${String(maxSeconds)} seconds`, ['seconds']);
  const { organisationId: id } = unit.actor;
  const store = (): Promise<Organisation> =>
    unit.transaction(async (tx) => {
      const rules = await tx.find(SessionRules, id);
      if (rules) await tx.save(Object.assign(rules, { idleSeconds }));
      else await tx.create(SessionRules, { id, idleSeconds });
      return tx.get(Organisation, id);
    });
  return retryStale(store, isUniqueViolation);
}
