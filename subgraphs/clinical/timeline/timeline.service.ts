import { type Page, type PageArguments, type UnitOfWork } from '#shared/database';
import { snapshotOf } from '#shared/graphql';
import { newId } from '#shared/ids';
import { type Case } from '../cases/case.entity';
import { CaseEvent, type CaseEventType } from './case-event.entity';

interface Entry {
  readonly type: CaseEventType;
  readonly from?: string | null;
  readonly to?: string | null;
}

/** Adds a line to a case's timeline. Call in the transaction that makes it true. */
export async function noteInTimeline(
  tx: UnitOfWork,
  { id: caseId, patientId }: Pick<Case, 'id' | 'patientId'>,
  { type, from = null, to = null }: Entry,
): Promise<void> {
  await tx.create(CaseEvent, {
    id: newId('cev'),
    caseId,
    patientId,
    at: tx.at,
    type,
    actor: snapshotOf(tx.actor),
    from,
    to,
  });
}

/** Oldest first. */
export function readTimeline(unit: UnitOfWork, caseId: string, page: PageArguments): Promise<Page<CaseEvent>> {
  return unit.page(CaseEvent, { ...page, where: { caseId }, orderBy: 'at', direction: 'ASC' });
}
