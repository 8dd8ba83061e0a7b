import { And, type FindOptionsWhere, In, LessThan, MoreThanOrEqual } from 'typeorm';
import { type Page, type PageArguments, type UnitOfWork } from '#shared/database';
import { ForbiddenError } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { AuditEntry } from './entry.entity';
import { auditIndexFor } from './index.service';
import { TrailPosition } from './position.entity';
import { type AuditFilter, type AuditIndexPosition, type SealedAuditPartInput } from './trail.types';

/** The trail of the caller's organisation, newest first. Looking at it is itself recorded. */
export async function readTrail(unit: UnitOfWork, filter: AuditFilter, page: PageArguments): Promise<Page<AuditEntry>> {
  await noteTrailAct(unit, 'READ', filter);
  return unit.page(AuditEntry, { ...page, where: whereOf(filter), orderBy: 'occurredAt' });
}

/** Records that somebody has seen the trail; whose record it was about is known if they asked for one person's. */
export function noteTrailAct(unit: UnitOfWork, category: 'READ' | 'EXPORT', filter: AuditFilter): Promise<void> {
  const action = category === 'READ' ? 'AuditTrail.read' : 'AuditTrail.export';
  const resourceId = unit.actor.organisationId;
  return unit.noteAct({
    category,
    action,
    resourceType: 'AuditTrail',
    resourceId,
    patientId: filter.patientId ?? null,
  });
}

export function whereOf(filter: AuditFilter): FindOptionsWhere<AuditEntry> {
  const { from, to, category, outcome, ...equal } = filter;
  const named = Object.entries(equal).filter(([, value]) => (value ?? null) !== null);
  const bounds = [...(from ? [MoreThanOrEqual(from)] : []), ...(to ? [LessThan(to)] : [])];
  return {
    ...Object.fromEntries(named),
    ...(bounds.length > 0 && { occurredAt: And(...bounds) }),
    ...(category && { category: In(category) }),
    ...(outcome && { outcome: In(outcome) }),
  };
}

/**
 * Takes what a subgraph has sealed.
 * @returns the last sequence number that the index has of its chain
 * @throws {DomainError} FORBIDDEN for anybody but a service: whose chain it is its signature says.
 */
export async function indexRecords(
  unit: UnitOfWork,
  system: SystemAccess,
  part: SealedAuditPartInput,
): Promise<AuditIndexPosition> {
  const { kind, subject, organisationId, region } = unit.actor;
  if (kind !== 'service') throw new ForbiddenError('Only the platform’s own services bring records to the index');
  const subgraph = subject.replace('service:', '');
  const { records, links } = part;
  await auditIndexFor(system, subgraph).take({ organisationId, region, records, links });
  return system.source.getRepository(TrailPosition).findOneByOrFail({ organisationId, subgraph });
}

/** How far the index is, for the caller's organisation. */
export function indexPositions(unit: UnitOfWork, system: SystemAccess): Promise<AuditIndexPosition[]> {
  const { organisationId } = unit.actor;
  return system.source.getRepository(TrailPosition).find({ where: { organisationId }, order: { subgraph: 'ASC' } });
}
