import { type Region } from './region';

/** What a deployment stands on, and what says for itself which region it is of. */
export type Stamped = 'database' | 'bucket' | 'key';

interface Mismatch {
  readonly kind: Stamped;
  /** Its name or place, never a secret. */
  readonly name: string;
  /** Null: it holds data and does not say of which region. */
  readonly found: string | null;
  readonly wanted: Region;
}

/** A deployment was started on what belongs to another region's. Thrown before anything is written to it. */
export class RegionMismatchError extends Error {
  override readonly name = 'RegionMismatchError';
  /** Stable: operators' tools look for it. */
  readonly code = 'REGION_MISMATCH';

  constructor({ kind, name, found, wanted }: Mismatch) {
    const belongs = found === null ? 'holds data of no stated region' : `is of region ${found}`;
    super(
      `REGION_MISMATCH: the ${kind} ${name} ${belongs}, and this deployment is REGION=${wanted}. Nothing was written to it`,
    );
  }
}
