import { DomainError } from '#shared/errors';

const maxTries = 8;

/**
 * Runs a transaction again when somebody else has changed what it read. Only for work that reads everything it needs
 * inside, and that no client has named a version for.
 */
export async function onFreshRows<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await transaction();
    } catch (error) {
      if (tries === maxTries || !(error instanceof DomainError) || error.code !== 'STALE_VERSION') throw error;
    }
  }
}
