import { createHash } from 'node:crypto';
import { compactVerify, importJWK, type JWK } from 'jose';
import { AuditBatch, AuditIntake } from '#shared/audit';
import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { AuditEntry } from './entry.entity';
import { TrailPosition } from './position.entity';

let auth: AuthUnderTest;
let clinic: Clinic;
let auditor: Actor;
let organisationId: string;

beforeAll(async () => {
  auth = await startAuth({ AUDIT_CHECKPOINT_SECONDS: '1' });
});
afterAll(() => auth.stop());

/** An organisation whose chain has been anchored whole. */
beforeEach(async () => {
  clinic = await auth.newClinic();
  organisationId = clinic.organisation.organisationId;
  auditor = actorOf(clinic.organisation, { scopes: ['auth:audit:read'] });
  await anchored();
});

const source = () => auth.subject.running.system.source;
const records = () => source().getRepository(AuditIntake);
const at = (sequence: number) => ({ organisationId, sequence });

async function anchored(): Promise<number> {
  return auth.subject.until('everything to be anchored', async () => {
    const waiting = await records().countBy({ organisationId });
    const position = await source().getRepository(TrailPosition).findOneBy({ organisationId, subgraph: 'auth' });
    return position && waiting > 0 && position.checkpointSequence === waiting && waiting;
  });
}

interface Status {
  readonly subgraph: string;
  readonly verified: boolean;
  readonly isReached: boolean;
  readonly toSequence: number;
  readonly firstBrokenSequence: number | null;
  readonly checkpointSequence: number | null;
}

async function verify(): Promise<Status | undefined> {
  const query = `{ verifyAuditChain(subgraph: "auth") {
    subgraph verified isReached fromSequence toSequence firstBrokenSequence checkpointSequence checkpointHash anchoredAt } }`;
  const { data, errors } = await auth.subject.ask(auditor, query);
  expect(errors).toBeUndefined();
  return (data as { verifyAuditChain: Status[] }).verifyAuditChain[0];
}

async function isAnnounced(sequence: number): Promise<void> {
  await auth.subject.until('the event', () =>
    auth.subject.events.some(
      (event) =>
        event.type === 'auth.audit.chain_broken' &&
        event.organisationId === organisationId &&
        event.data['sequence'] === sequence,
    ),
  );
}

/** Cuts the chain after a record, as somebody would who has every right in the database. */
async function cutAfter(sequence: number): Promise<void> {
  const last = await source().getRepository(AuditBatch).findOneByOrFail({ organisationId, lastSequence: sequence });
  await source()
    .createQueryBuilder()
    .delete()
    .from(AuditBatch)
    .where({ organisationId })
    .andWhere('number > :number', last)
    .execute();
  await records()
    .createQueryBuilder()
    .delete()
    .where({ organisationId })
    .andWhere('sequence > :sequence', { sequence })
    .execute();
}

async function lastOfFirstLink(): Promise<number> {
  return (await source().getRepository(AuditBatch).findOneByOrFail({ organisationId, number: 1 })).lastSequence;
}

/** A second link, so that there is something to cut. */
async function grow(): Promise<number> {
  const before = await records().countBy({ organisationId });
  await verify();
  await auth.subject.until('the chain to grow', async () => (await records().countBy({ organisationId })) > before);
  return anchored();
}

test('a chain that is what it was is vouched for, up to its last record and checkpoint', async () => {
  const sequence = await records().countBy({ organisationId });
  expect(await verify()).toMatchObject({
    ...{ subgraph: 'auth', verified: true, isReached: true, toSequence: sequence, firstBrokenSequence: null },
    checkpointSequence: sequence,
  });
});

test('a record that is edited is located', async () => {
  const { id, record } = await records().findOneByOrFail(at(3));
  await records().update({ id }, { record: record.replace('"SUCCESS"', '"DENIED"') });
  expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 3 });
  await isAnnounced(3);
});

test('a record that is deleted is located', async () => {
  await records().delete(at(4));
  expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 4 });
});

test('a record that is inserted is located', async () => {
  const { record, leafHash, occurredAt, patientId } = await records().findOneByOrFail(at(1));
  const sequence = (await records().countBy({ organisationId })) + 1;
  await records().insert({ id: newId('aud'), organisationId, sequence, record, leafHash, occurredAt, patientId });
  expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: sequence });
});

test('records that change places are located by their link', async () => {
  const [second, third] = [await records().findOneByOrFail(at(2)), await records().findOneByOrFail(at(3))];
  await records().update({ id: second.id }, { sequence: 9_999 });
  await records().update({ id: third.id }, { sequence: 2 });
  await records().update({ id: second.id }, { sequence: 3 });
  expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 1 });
});

test('a tail that is cut is located by the checkpoint in the object store, even if the index is cut with it', async () => {
  await grow();
  const kept = await lastOfFirstLink();
  const { number, hash } = await source().getRepository(AuditBatch).findOneByOrFail({ organisationId, number: 1 });
  await cutAfter(kept);
  const cut = { sequence: kept, batchNumber: number, batchSequence: kept, batchHash: hash };
  await source()
    .getRepository(TrailPosition)
    .update({ organisationId }, { ...cut, checkpoints: 0, checkpointSequence: 0 });
  await source()
    .createQueryBuilder()
    .delete()
    .from(AuditEntry)
    .where({ organisationId })
    .andWhere('sequence > :kept', { kept })
    .execute();
  expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: kept + 1 });
  await isAnnounced(kept + 1);
});

test('a checkpoint can be checked with nothing but the public key, names the one before, and is written once', async () => {
  await grow();
  const { keys } = (await (await fetch(`${auth.url}/.well-known/audit-keys.json`)).json()) as { keys: JWK[] };
  const [key] = keys;
  if (!key) throw new Error('There is no key');
  const name = (number: number) => `audit/checkpoints/${organisationId}/auth/${String(number).padStart(9, '0')}.jws`;
  const [first, second] = await Promise.all(
    [1, 2].map(async (number) => (await auth.subject.storage.get(name(number))).toString()),
  );
  const { payload, protectedHeader } = await compactVerify(second ?? '', await importJWK(key));
  expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'audit-checkpoint+jwt', kid: key.kid });
  expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
    ...{ organisationId, subgraph: 'auth', number: 2 },
    previous: createHash('sha256')
      .update(first ?? '')
      .digest('hex'),
  });
  const again = await auth.subject.storage.putIfAbsent(name(1), Buffer.from('forged'), { contentType: 'text/plain' });
  expect(again).toBe(false);
  expect((await auth.subject.storage.get(name(1))).toString()).toBe(first);
});

test('a subgraph that does not answer is not vouched for', async () => {
  await source().getRepository(TrailPosition).update({ organisationId, subgraph: 'auth' }, { subgraph: 'elsewhere' });
  const { data } = await auth.subject.ask(
    auditor,
    '{ verifyAuditChain(subgraph: "elsewhere") { verified isReached firstBrokenSequence } }',
  );
  expect(data).toEqual({ verifyAuditChain: [{ verified: false, isReached: false, firstBrokenSequence: null }] });
});
