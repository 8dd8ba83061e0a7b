import { isUniqueViolation } from '#shared/database';
import { DomainError } from '#shared/errors';

const mostAttempts = 5;

/** Begins again when somebody else was quicker with the same row: the second time their work is seen. */
export async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt < mostAttempts; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
  return work();
}

function isLostRace(error: unknown): boolean {
  return isUniqueViolation(error) || (error instanceof DomainError && error.code === 'STALE_VERSION');
}
