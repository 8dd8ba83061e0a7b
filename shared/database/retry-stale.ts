import { DomainError } from '#shared/errors';

const mostAttempts = 8;

/**
 * Runs a transaction again when somebody else has changed meanwhile what it had read. Only for work that reads everything
 * it needs inside, and that no client has named a version for: with `ifVersion`, STALE_VERSION is the answer.
 * @param alsoRetry further errors that mean "somebody was quicker", e.g. `isUniqueViolation` where a row is made once
 */
export async function retryStale<T>(
  work: () => Promise<T>,
  alsoRetry: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isStale = error instanceof DomainError && error.code === 'STALE_VERSION';
      if (attempt === mostAttempts || !(isStale || alsoRetry(error))) throw error;
    }
  }
}
