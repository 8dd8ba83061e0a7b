import { createHash } from 'node:crypto';
import { type PlatformEvent } from './envelope';

/** Names the sequence of events whose order matters. */
export function aggregateKey({ aggregate }: Pick<PlatformEvent, 'aggregate'>): string {
  return `${aggregate.type}:${aggregate.id}`;
}

/** The partition an aggregate belongs to, the same in every process for ever. */
export function partitionOf(key: string, partitions: number): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) % partitions;
}
