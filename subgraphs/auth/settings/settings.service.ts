import { isUniqueViolation, retryStale, type UnitOfWork } from '#shared/database';
import { OrganisationSettings } from './settings.entity';

/** The organisation's settings; null while it has changed none. */
export function findSettings(unit: UnitOfWork): Promise<OrganisationSettings | null> {
  return unit.find(OrganisationSettings, unit.actor.organisationId);
}

/** From the next sign-in on. */
export async function setRequireMfa(unit: UnitOfWork, requireMfa: boolean): Promise<OrganisationSettings> {
  const write = (): Promise<OrganisationSettings> =>
    unit.transaction(async (tx) => {
      const settings = await findSettings(tx);
      if (!settings) return tx.create(OrganisationSettings, { id: tx.actor.organisationId, requireMfa });
      settings.requireMfa = requireMfa;
      return tx.save(settings);
    });
  return retryStale(write, isUniqueViolation);
}
