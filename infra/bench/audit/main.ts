import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appendAudit,
  auditEntities,
  auditMigrations,
  AuditSealer,
  type AuditRecord,
  verifyAuditChain,
} from '#shared/audit';
import { localKeyProvider } from '#shared/crypto';
import { inTransaction, openDatabase, withTenant } from '#shared/database';
import { eventEntities, eventMigrations } from '#shared/events';
import { newId } from '#shared/ids';
import { silentLogger } from '#shared/logging';

/*
 * What the audit trail costs, on SQLite in a folder of its own: the one statement by which a request that showed a case
 * page stores whose records it read, sealing, and verification. `node dist/infra/bench/audit/main.js`
 */

/** A case page reads six kinds of record of one person. */
const kindsPerPage = 6;
const pages = 500;
const rows = 30_000;
const organisationId = newId('org');

function read(): AuditRecord {
  const userId = newId('usr');
  return {
    ...{ at: new Date(), organisationId, region: 'UK', action: 'Case.read', category: 'READ', resourceType: 'Case' },
    ...{ resourceId: newId('case'), resourceCount: 1, patientId: newId('pat'), purpose: 'DIRECT_CARE' },
    ...{ purposeBasis: 'DECLARED', outcome: 'SUCCESS', reason: null, operationName: 'casePage' },
    ...{ correlationId: newId('evt'), consentRecordId: null, breakGlass: false, breakGlassGrantId: null },
    actor: { kind: 'user', subject: userId, userId, clientId: null, roles: ['DOCTOR'], act: null },
  };
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sa-audit-bench-'));
  const database = await openDatabase({
    name: 'audit',
    region: 'UK',
    keyProvider: localKeyProvider(join(directory, 'kek')),
    entities: [...eventEntities, ...auditEntities],
    migrations: [...eventMigrations, ...auditMigrations],
    connection: { kind: 'sqlite', directory },
  });
  const store = (count: number): Promise<void> =>
    withTenant(organisationId, () =>
      inTransaction(database.tenant, (manager) => appendAudit(manager, ...Array.from({ length: count }, read))),
    );
  try {
    for (let page = 0; page < 50; page++) await store(kindsPerPage);
    const costsMs: number[] = [];
    for (let page = 0; page < pages; page++) {
      const startedAt = performance.now();
      await store(kindsPerPage);
      costsMs.push(performance.now() - startedAt);
    }
    costsMs.sort((one, other) => one - other);
    for (let stored = 0; stored < rows; stored += 500) await store(500);
    const sealing = await timed(async () => {
      const sealer = new AuditSealer({ dataSource: database.system, log: silentLogger });
      sealer.start();
      await sealer.stop();
    });
    let verified = 0;
    const verifying = await timed(async () => {
      verified = (await verifyAuditChain(database.system, organisationId)).rows;
    });
    const perSecond = (ms: number): string => Math.round((verified / ms) * 1_000).toLocaleString('en-GB');
    process.stdout.write(
      [
        `audit of a case page (${String(kindsPerPage)} rows, one transaction): median ${(costsMs[pages / 2] ?? 0).toFixed(2)} ms, p95 ${(costsMs[Math.floor(pages * 0.95)] ?? 0).toFixed(2)} ms`,
        `sealed: ${perSecond(sealing)} rows/s`,
        `verified: ${perSecond(verifying)} rows/s of ${String(verified)}`,
        '',
      ].join('\n'),
    );
  } finally {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

void main();
