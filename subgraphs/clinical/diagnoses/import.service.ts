import { type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { Case } from '../cases/case.entity';
import { SkinFinding } from '../findings/finding.entity';
import { DiagnosisImport } from './diagnosis-import.entity';
import { addDiagnosis, type Opinion } from './diagnosis.service';

/** Notes that a review is to be read; once per review, however often it is announced. */
export async function requestImport(
  tx: UnitOfWork,
  { id: caseId }: Pick<Case, 'id'>,
  { source, reviewRef }: Pick<DiagnosisImport, 'source' | 'reviewRef'>,
): Promise<void> {
  if (await tx.findBy(DiagnosisImport, { source, reviewRef })) return;
  const values = { caseId, source, reviewRef, status: 'PENDING', attempts: 0, dueAt: tx.at } as const;
  await tx.create(DiagnosisImport, { id: newId('dim'), ...values });
}

/**
 * Writes what a review found. The one conditional update decides: of two workers that have read the same review, only one
 * finds it pending, and the other writes nothing.
 */
export function storeImport(unit: UnitOfWork, row: DiagnosisImport, opinions: readonly Opinion[]): Promise<void> {
  return unit.transaction(async (tx) => {
    const taken = await tx.updateWhere(DiagnosisImport, { id: row.id, status: 'PENDING' }, { status: 'DONE' });
    if (taken === 0) return;
    const skinCase = await tx.get(Case, row.caseId);
    const known = new Set((await tx.list(SkinFinding, { caseId: row.caseId })).map(({ id }) => id));
    for (const opinion of opinions) {
      const findingId = opinion.findingId !== null && known.has(opinion.findingId) ? opinion.findingId : null;
      await addDiagnosis(tx, skinCase, { ...opinion, findingId });
    }
  });
}
