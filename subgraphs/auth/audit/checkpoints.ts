import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, CompactSign, compactVerify, exportJWK, type JWK } from 'jose';
import { z } from 'zod';
import { type SystemAccess } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { type Anchors } from './anchors';

const type = 'audit-checkpoint+jwt';

const checkpointSchema = z.object({
  organisationId: z.string(),
  subgraph: z.string(),
  /** 1, 2, 3 … within the chain. */
  number: z.number().int().positive(),
  /** The link that ends there, its last record and its hash. */
  batch: z.number().int().positive(),
  sequence: z.number().int().positive(),
  hash: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** SHA-256 of the checkpoint before, as it is stored; null for the first. */
  previous: z.string().nullable(),
});

/** What a chain was at some time, as it is signed. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

interface CheckpointedChain {
  readonly organisationId: string;
  readonly subgraph: string;
}

/** The signed checkpoints of all chains: anchored one after the other, so that none can be left out unseen. */
class Checkpoints {
  constructor(
    private readonly anchors: Anchors,
    private readonly key: () => Promise<KeyObject>,
  ) {}

  /** The public half, by which anybody can check checkpoints without the platform (RFC 8037). */
  async publicKey(): Promise<JWK> {
    const jwk = await exportJWK(createPublicKey(await this.key()));
    return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' };
  }

  /**
   * Signs and anchors the next checkpoint of a chain. One of this number that is there already counts: whoever wrote it was
   * interrupted before they could note it.
   */
  async anchor(next: Omit<Checkpoint, 'previous'>): Promise<Checkpoint> {
    const before = next.number === 1 ? null : await this.anchors.get(nameOf(next, next.number - 1));
    const previous = before && createHash('sha256').update(before).digest('hex');
    const { kid = '' } = await this.publicKey();
    const checkpoint = { ...next, previous };
    const text = await new CompactSign(Buffer.from(JSON.stringify(checkpoint)))
      .setProtectedHeader({ alg: 'EdDSA', typ: type, kid })
      .sign(await this.key());
    if (await this.anchors.put(nameOf(next, next.number), text)) return checkpoint;
    return (await this.find(next, next.number)) ?? checkpoint;
  }

  /** @throws when the signature is not this platform's, or it speaks of another chain or number */
  async find(chain: CheckpointedChain, number: number): Promise<Checkpoint | null> {
    const text = await this.anchors.get(nameOf(chain, number));
    if (text === null) return null;
    const { payload } = await compactVerify(text, createPublicKey(await this.key()), { algorithms: ['EdDSA'] });
    const found = checkpointSchema.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
    const isOf = found.subgraph === chain.subgraph && found.organisationId === chain.organisationId;
    if (!isOf || found.number !== number) throw new Error('A checkpoint stands where another belongs');
    return found;
  }

  /**
   * The last checkpoint there is, found by the anchors alone: the database may have been cut with its chain.
   * @param atLeast a number that is known to be there
   */
  async last(chain: CheckpointedChain, atLeast = 0): Promise<Checkpoint | null> {
    const isThere = async (number: number): Promise<boolean> =>
      number === 0 || (await this.anchors.get(nameOf(chain, number))) !== null;
    let [low, step] = [(await isThere(atLeast)) ? atLeast : 0, 1];
    while (await isThere(low + step)) [low, step] = [low + step, step * 2];
    let high = low + step;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await isThere(middle)) low = middle;
      else high = middle;
    }
    return low === 0 ? null : this.find(chain, low);
  }
}

export function checkpointsOf(ports: Pick<AuthPorts, 'anchors' | 'platformKeys'>, system: SystemAccess): Checkpoints {
  return new Checkpoints(ports.anchors, () => ports.platformKeys.checkpointKey(system.source));
}

/** Names sort as numbers do; ids only. */
function nameOf({ organisationId, subgraph }: CheckpointedChain, number: number): string {
  return `checkpoints/${organisationId}/${subgraph}/${String(number).padStart(9, '0')}.jws`;
}
