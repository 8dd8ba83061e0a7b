import { LessThanOrEqual } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { type Worker } from '#shared/subgraph';
import { type ClinicalPorts } from '../ports';
import { DiagnosisImport } from './diagnosis-import.entity';
import { readOpinions } from './import-reader';
import { storeImport } from './import.service';

const batchSize = 20;
const longestRestMs = 300_000;

/**
 * Reads reviews through the supergraph and keeps what they found. Claim, read, record: killed after the claim, the lease
 * lapses and the read is repeated; killed after the record, the row is no longer pending.
 */
export const importDiagnoses: Worker<ClinicalPorts> = {
  name: 'import-diagnoses',
  pollMs: 1_000,
  async run({ system, ports, at, log, stopping }) {
    const due = await system.source.getRepository(DiagnosisImport).find({
      where: { status: 'PENDING', dueAt: LessThanOrEqual(at) },
      order: { dueAt: 'ASC' },
      take: batchSize,
    });
    let done = 0;
    for (const row of due) {
      if (stopping()) break;
      const unit = system.unitFor(row, new Date());
      if (!(await claim(unit, row, ports.config.importLeaseMs))) continue;
      try {
        done += await importOne({ unit, ports, row });
      } catch (err) {
        log.warn(
          { err, importId: row.id, attempts: row.attempts + 1 },
          'A review could not be read; it is tried again',
        );
        await postpone(unit, row, ports.config.importRetryMs);
      }
    }
    return done;
  },
};

async function importOne({
  unit,
  ports,
  row,
}: {
  unit: UnitOfWork;
  ports: ClinicalPorts;
  row: DiagnosisImport;
}): Promise<number> {
  const opinions = await readOpinions(ports.supergraph, row);
  if (opinions) await storeImport(unit, row, opinions);
  else await postpone(unit, row, ports.config.importRetryMs);
  return opinions ? 1 : 0;
}

/** Ours unless another worker has moved its due time since we looked. */
async function claim(unit: UnitOfWork, { id, dueAt, attempts }: DiagnosisImport, leaseMs: number): Promise<boolean> {
  const lease = { dueAt: after(unit.at, leaseMs), attempts: attempts + 1 };
  return (await unit.updateWhere(DiagnosisImport, { id, status: 'PENDING', dueAt }, lease)) === 1;
}

async function postpone(unit: UnitOfWork, { id, attempts }: DiagnosisImport, retryMs: number): Promise<void> {
  const restMs = Math.min(longestRestMs, retryMs * 2 ** Math.min(attempts, 20));
  await unit.updateWhere(
    DiagnosisImport,
    { id, status: 'PENDING', attempts: attempts + 1 },
    { dueAt: after(new Date(), restMs) },
  );
}

function after(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
