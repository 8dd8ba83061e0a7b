import { type EntityManager } from 'typeorm';
import {
  type AuditIndex,
  batchHash,
  genesisHash,
  leafHash,
  merkleRoot,
  parseAuditRecord,
  type SealedLink,
  type SealedPart,
  type SealedRecord,
} from '#shared/audit';
import { serviceActor } from '#shared/auth';
import { currentContext } from '#shared/context';
import { inTransaction, type UnitOfWork } from '#shared/database';
import { appendToOutbox, type EventDataOf, type EventType } from '#shared/events';
import { type SystemAccess } from '#shared/subgraph';
import { AuditEntry } from './entry.entity';
import { TrailPosition } from './position.entity';

const rowsPerStatement = 100;

interface Taking {
  readonly manager: EntityManager;
  readonly subgraph: string;
  readonly part: SealedPart;
  readonly at: Date;
}

/** The index as one subgraph brings its records to it. */
export function auditIndexFor(system: SystemAccess, subgraph: string): AuditIndex {
  return { take: (part) => takePart(system, subgraph, { part, at: new Date() }) };
}

/**
 * Takes the records that follow what is there, each once however often it is sent, and checks each link of the chain as
 * it becomes whole. Work of the platform across organisations: the records name theirs.
 * @returns the last sequence number the index has then; less than was sent when something before it is missing
 */
export async function takePart(
  system: SystemAccess,
  subgraph: string,
  { part, at }: { part: SealedPart; at: Date },
): Promise<number> {
  return inTransaction(system.source, async (manager) => {
    const taking = { manager, subgraph, part, at };
    const position = await lockPosition(taking);
    const fresh = part.records.filter(({ sequence }) => sequence > position.sequence);
    if (!follows(fresh, position.sequence)) return position.sequence;
    await insertEntries(taking, fresh);
    position.sequence += fresh.length;
    position.indexedAt = at;
    for (const link of part.links) await checkLink(taking, position, link);
    const { organisationId } = part;
    await manager.update(TrailPosition, { organisationId, subgraph }, position);
    await announceAccess(taking, fresh);
    return position.sequence;
  });
}

async function lockPosition({ manager, subgraph, part, at }: Taking): Promise<TrailPosition> {
  const { organisationId, region } = part;
  const identity = { organisationId, subgraph };
  const begun = {
    ...{ ...identity, region, sequence: 0, batchNumber: 0, batchSequence: 0, batchHash: genesisHash },
    ...{ brokenSequence: null, indexedAt: at, checkpointSequence: 0, checkpoints: 0 },
    checkpointedAt: null,
  };
  const isMysql = manager.dataSource.options.type === 'mysql';
  const locked = { where: identity, ...(isMysql && ({ lock: { mode: 'pessimistic_write' } } as const)) };
  const known = await manager.findOne(TrailPosition, locked);
  if (known) return known;
  await manager.createQueryBuilder().insert().into(TrailPosition).values(begun).orIgnore().execute();
  return manager.findOneOrFail(TrailPosition, locked);
}

function follows(records: readonly SealedRecord[], sequence: number): boolean {
  return records.every((record, index) => record.sequence === sequence + 1 + index);
}

async function insertEntries({ manager, subgraph, part, at }: Taking, records: readonly SealedRecord[]): Promise<void> {
  const { organisationId, region } = part;
  const own = { organisationId, region, version: 1, createdAt: at, updatedAt: at, subgraph };
  const rows = records.map((sealed) => ({ ...own, ...entryOf(sealed) }));
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const values = rows.slice(from, from + rowsPerStatement);
    await manager.createQueryBuilder().insert().into(AuditEntry).values(values).updateEntity(false).execute();
  }
}

function entryOf({ id, sequence, record }: SealedRecord) {
  const { at, actor, category, action, resourceType, resourceId, patientId, outcome, breakGlass } =
    parseAuditRecord(record);
  return {
    ...{ id, sequence, record, hash: leafHash(record), occurredAt: at, actorUserId: actor.userId },
    ...{ category, action, resourceType, resourceId, patientId, outcome, breakGlass },
  };
}

/** The first link that does not follow from its records ends what can be vouched for; that is announced once. */
async function checkLink(taking: Taking, position: TrailPosition, link: SealedLink): Promise<void> {
  if (position.brokenSequence !== null || link.number !== position.batchNumber + 1) return;
  const { manager, subgraph, part } = taking;
  const { organisationId } = part;
  const { firstSequence, lastSequence } = link;
  const leaves = await manager
    .createQueryBuilder(AuditEntry, 'entry')
    .select(['entry.id', 'entry.organisationId', 'entry.hash'])
    .where({ organisationId, subgraph })
    .andWhere('entry.sequence BETWEEN :firstSequence AND :lastSequence', { firstSequence, lastSequence })
    .orderBy('entry.sequence')
    .getMany();
  const root = merkleRoot(leaves.map(({ hash }) => hash));
  const previousHash = position.batchHash;
  const hash = batchHash({ previousHash, root, count: leaves.length, organisationId, lastSequence });
  if (hash === link.hash && firstSequence === position.batchSequence + 1) {
    Object.assign(position, { batchNumber: link.number, batchSequence: lastSequence, batchHash: hash });
    return;
  }
  position.brokenSequence = firstSequence;
  await announceBroken(taking, firstSequence);
}

async function announceBroken(taking: Taking, sequence: number): Promise<void> {
  const { part, subgraph } = taking;
  const { organisationId } = part;
  await publish(taking, 'auth.audit.chain_broken', {
    resourceId: organisationId,
    data: { subgraph: subgraph.toUpperCase(), sequence },
  });
}

/** One event per patient and part: whoever watches their access log looks up what has come. */
async function announceAccess(taking: Taking, records: readonly SealedRecord[]): Promise<void> {
  const sequences = new Map<string, number[]>();
  for (const { sequence, record } of records) {
    const { patientId } = parseAuditRecord(record);
    if (patientId?.startsWith('pat_')) sequences.set(patientId, [...(sequences.get(patientId) ?? []), sequence]);
  }
  for (const [patientId, own] of sequences) {
    const [firstSequence = 0, lastSequence = 0] = [own[0], own.at(-1)];
    const data = { patientId, subgraph: taking.subgraph.toUpperCase(), firstSequence, lastSequence };
    await publish(taking, 'auth.access.logged', { resourceId: patientId, data });
  }
}

async function publish<T extends EventType>(
  { manager, part, at }: Taking,
  type: T,
  { resourceId, data }: { resourceId: string; data: EventDataOf<T> },
): Promise<void> {
  const { organisationId, region } = part;
  const actor = serviceActor('auth', { organisationId, region }, []);
  const aggregate = { type: 'AuditTrail', id: resourceId };
  const event = { type, resourceId, aggregate, data, actor, organisationId, region, at };
  await appendToOutbox(manager, event, currentContext());
}

/**
 * Empties the index of an organisation and has every subgraph bring its records again. What counts are the chains, so
 * nothing is lost by it; while it fills, it says how far it is.
 */
export async function emptyIndex(unit: UnitOfWork, system: SystemAccess): Promise<void> {
  const { organisationId } = unit.actor;
  await inTransaction(system.source, async (manager) => {
    const empty = { sequence: 0, batchNumber: 0, batchSequence: 0, batchHash: genesisHash, brokenSequence: null };
    await manager.update(TrailPosition, { organisationId }, empty);
    await manager.delete(AuditEntry, { organisationId });
  });
  const resource = { resourceId: organisationId, aggregate: { type: 'AuditTrail', id: organisationId } };
  await unit.transaction(async (tx) => {
    const what = { action: 'AuditTrail.rebuild', resourceType: 'AuditTrail', resourceId: organisationId };
    await tx.noteAct({ category: 'ADMIN', ...what, patientId: null });
    await tx.publish('auth.audit.index_emptied', { ...resource, data: { subgraph: null } });
  });
}
