import { createHash } from 'node:crypto';

/** What a chain begins with. */
export const genesisHash = '0'.repeat(64);

// RFC 9162 §2.1.1: leaves and nodes are hashed with different first bytes, so that no node can be passed off as a leaf.
const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

/** Hash of one record's canonical text, hexadecimal. */
export function leafHash(text: string): string {
  return createHash('sha256').update(leafMark).update(text, 'utf8').digest('hex');
}

/** Root over leaf hashes in order. An odd one out moves up as it is. */
export function merkleRoot(leaves: readonly string[]): string {
  let level: Buffer[] = leaves.map((leaf) => Buffer.from(leaf, 'hex'));
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let position = 0; position < level.length; position += 2) {
      const [left, right] = level.slice(position, position + 2);
      if (left) above.push(right ? nodeHash(left, right) : left);
    }
    level = above;
  }
  return level[0]?.toString('hex') ?? genesisHash;
}

export interface BatchLink {
  readonly previousHash: string;
  readonly root: string;
  readonly count: number;
  readonly organisationId: string;
  /** Sequence number of the batch's last row. */
  readonly lastSequence: number;
}

/** `SHA-256(prev ‖ root ‖ count ‖ organisation ‖ sequence)`, joined by `|`, which none of them contains. */
export function batchHash({ previousHash, root, count, organisationId, lastSequence }: BatchLink): string {
  const text = [previousHash, root, count, organisationId, lastSequence].join('|');
  return createHash('sha256').update(text).digest('hex');
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(nodeMark).update(left).update(right).digest();
}
