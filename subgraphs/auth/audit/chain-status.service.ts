import { z } from 'zod';
import { type AuditSection, type ChainPlace, verifyAuditSection } from '#shared/audit';
import { type UnitOfWork } from '#shared/database';
import { DomainError } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { type Checkpoint, checkpointsOf } from './checkpoints';
import { TrailPosition } from './position.entity';
import { type AuditChainStatus } from './chain-status.types';

interface VerifyingWork {
  readonly unit: UnitOfWork;
  readonly system: SystemAccess;
  readonly ports: AuthPorts;
}

type Known = Pick<Checkpoint, 'sequence' | 'hash'>;

const sectionShape = z.object({
  rows: z.number(),
  firstBrokenSequence: z.number().nullable(),
  isEnd: z.boolean(),
  batch: z.number(),
  sequence: z.number(),
  hash: z.string(),
});

/**
 * Has every chain of the caller's organisation recomputed where it lies, and held against what is known of it elsewhere: the
 * last checkpoint that is anchored and what the index has got. What is found broken is announced.
 */
export async function verifyChains(work: VerifyingWork, subgraph: string | null): Promise<AuditChainStatus[]> {
  const { unit, system } = work;
  const { organisationId } = unit.actor;
  const where = { organisationId, ...(subgraph !== null && { subgraph }) };
  const positions = await system.source.getRepository(TrailPosition).find({ where, order: { subgraph: 'ASC' } });
  const statuses: AuditChainStatus[] = [];
  for (const position of positions) statuses.push(await verifyOne(work, position));
  await unit.noteAct({
    ...{ category: 'READ', action: 'AuditChain.verify', resourceType: 'AuditChain', resourceId: organisationId },
    patientId: null,
  });
  return statuses;
}

async function verifyOne(work: VerifyingWork, position: TrailPosition): Promise<AuditChainStatus> {
  const { organisationId, subgraph } = position;
  const last = await checkpointsOf(work.ports, work.system).last({ organisationId, subgraph }, position.checkpoints);
  const known = [
    ...(last ? [last] : []),
    ...(position.batchSequence > 0 ? [{ sequence: position.batchSequence, hash: position.batchHash }] : []),
  ];
  const { rows, firstBrokenSequence, isReached } = await walk(work, subgraph, known);
  const broken = earliest(firstBrokenSequence, position.brokenSequence);
  if (broken !== null) await announce(work, subgraph, broken);
  return {
    subgraph,
    verified: isReached && broken === null,
    isReached,
    fromSequence: 1,
    toSequence: rows,
    firstBrokenSequence: broken,
    checkpointSequence: last?.sequence ?? null,
    checkpointHash: last?.hash ?? null,
    anchoredAt: last ? new Date(last.at) : null,
  };
}

interface Walked {
  readonly rows: number;
  readonly firstBrokenSequence: number | null;
  /** False when the subgraph did not answer. */
  readonly isReached: boolean;
}

async function walk(work: VerifyingWork, subgraph: string, known: readonly Known[]): Promise<Walked> {
  let [rows, after]: [number, ChainPlace | null] = [0, null];
  for (;;) {
    const section = await sectionOf(work, subgraph, { after, known });
    if (!section) return { rows, firstBrokenSequence: null, isReached: false };
    rows += section.rows;
    const { firstBrokenSequence } = section;
    if (section.isEnd || firstBrokenSequence !== null) return { rows, firstBrokenSequence, isReached: true };
    after = section.place;
  }
}

/** @returns null when the subgraph did not answer */
async function sectionOf(
  { unit, system, ports }: VerifyingWork,
  subgraph: string,
  { after, known }: { after: ChainPlace | null; known: readonly Known[] },
): Promise<AuditSection | null> {
  const { organisationId, region } = unit.actor;
  const checkpoints = known.map(({ sequence, hash }) => ({ sequence, hash }));
  if (subgraph === 'auth') {
    return verifyAuditSection(system.source, organisationId, { ...(after && { after }), checkpoints });
  }
  const field = `${subgraph}AuditChain`;
  const document = `query ($after: AuditPlaceInput, $checkpoints: [AuditCheckpointInput!]!) {
    ${field} { section(after: $after, checkpoints: $checkpoints) { rows firstBrokenSequence isEnd batch sequence hash } }
  }`;
  const shape = z.object({ [field]: z.object({ section: sectionShape }) });
  try {
    const answer = await ports.supergraph.query(
      { document, shape },
      { after, checkpoints },
      { organisationId, region },
    );
    const found = answer[field]?.section;
    if (!found) return null;
    const { batch, sequence, hash, ...section } = found;
    return { ...section, place: { batch, sequence, hash } };
  } catch (error) {
    // It is down, or this platform runs without it: that is an answer of its own, and no proof of anything.
    if (error instanceof DomainError && error.code === 'UPSTREAM_UNAVAILABLE') return null;
    throw error;
  }
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

async function announce({ unit }: VerifyingWork, subgraph: string, sequence: number): Promise<void> {
  const { organisationId } = unit.actor;
  await unit.publish('auth.audit.chain_broken', {
    resourceId: organisationId,
    aggregate: { type: 'AuditTrail', id: organisationId },
    data: { subgraph: subgraph.toUpperCase(), sequence },
  });
}
