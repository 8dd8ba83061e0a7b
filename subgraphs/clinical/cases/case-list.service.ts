import { type FindOptionsWhere, In, MoreThan } from 'typeorm';
import { type Page, type PageArguments, type UnitOfWork } from '#shared/database';
import { Case } from './case.entity';
import { type CaseFilter } from './case.types';

/** Newest first. @throws {DomainError} BAD_USER_INPUT for a page out of bounds; INVALID_ID. */
export function listCases(unit: UnitOfWork, page: PageArguments, filter: CaseFilter | null): Promise<Page<Case>> {
  const { status, pathway, priority, patientId, number, updatedAfter } = filter ?? {};
  const where: FindOptionsWhere<Case> = {
    ...(status && { status: In(status) }),
    ...(pathway && { pathway: In(pathway) }),
    ...(priority && { priority: In(priority) }),
    ...(patientId && { patientId }),
    ...(number && { number: number.trim().toUpperCase() }),
    ...(updatedAfter && { updatedAt: MoreThan(updatedAfter) }),
  };
  return unit.page(Case, { ...page, where });
}

/** The case an event is about, when the viewer may see it and the filter wants it. */
export async function findChangedCase(
  unit: UnitOfWork,
  caseId: unknown,
  filter: CaseFilter | null,
): Promise<Case | null> {
  if (typeof caseId !== 'string') return null;
  const skinCase = await unit.find(Case, caseId);
  return skinCase && matches(skinCase, filter ?? {}) ? skinCase : null;
}

function matches(skinCase: Case, filter: CaseFilter): boolean {
  const { status, pathway, priority, patientId, number, updatedAfter } = filter;
  return [
    !status || status.includes(skinCase.status),
    !pathway || pathway.includes(skinCase.pathway),
    !priority || priority.includes(skinCase.priority),
    !patientId || patientId === skinCase.patientId,
    !number || number.trim().toUpperCase() === skinCase.number,
    !updatedAfter || skinCase.updatedAt > updatedAfter,
  ].every(Boolean);
}
