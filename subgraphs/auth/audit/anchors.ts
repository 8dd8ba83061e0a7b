import { NotFoundError } from '#shared/errors';
import { type ObjectStore } from '#shared/storage';

/** Where checkpoints are anchored: a place outside the databases, in which a name is written once. */
export interface Anchors {
  /** @returns false when the name is taken: what is there stays */
  put(name: string, text: string): Promise<boolean>;
  /** Null when there is none. */
  get(name: string): Promise<string | null>;
}

const millisecondsPerDay = 86_400_000;
const maxBytes = 10_000;

/** @param retentionDays how long the object store itself refuses to delete them (S3 Object Lock); 0: it has no lock */
export function objectAnchors(storage: ObjectStore, retentionDays: number): Anchors {
  const key = (name: string): string => `audit/${name}`;
  return {
    put: (name, text) => {
      const retainUntil = new Date(Date.now() + retentionDays * millisecondsPerDay);
      const options = { contentType: 'application/jose', ...(retentionDays > 0 && { retainUntil }) };
      return storage.putIfAbsent(key(name), Buffer.from(text), options);
    },
    get: async (name) => {
      try {
        return (await storage.get(key(name), { maxBytes })).toString('utf8');
      } catch (error) {
        if (error instanceof NotFoundError) return null;
        throw error;
      }
    },
  };
}
