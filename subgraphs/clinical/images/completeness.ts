import { type UnitOfWork } from '#shared/database';
import { SkinFinding } from '../findings/finding.entity';
import { Image } from './image.entity';

/** Whether each lesion of a case can be seen on a verified image. */
export async function hasImageOfEveryFinding(unit: UnitOfWork, caseId: string): Promise<boolean> {
  const findings = await unit.list(SkinFinding, { caseId });
  const images = await unit.list(Image, { caseId, status: 'VERIFIED' });
  const shown = new Set(images.map(({ findingId }) => findingId));
  return findings.every(({ id }) => shown.has(id));
}
