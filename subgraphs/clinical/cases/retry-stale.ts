import { DomainError } from '#shared/errors';

const mostAttempts = 8;

/** Runs a transaction again when somebody else has changed the case meanwhile. For acts that name no version. */
export async function retryStale<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isStale = error instanceof DomainError && error.code === 'STALE_VERSION';
      if (!isStale || attempt === mostAttempts) throw error;
    }
  }
}
