import { type Case } from './case.entity';

interface Announcement<More> {
  readonly resourceId: string;
  readonly aggregate: { readonly type: 'Case'; readonly id: string };
  readonly data: More & { readonly patientId: string; readonly caseId: string };
}

/** The case is the aggregate: whoever follows it sees its lesions, images and diagnoses in order. */
export function announcement<More extends object>(
  { id, patientId }: Pick<Case, 'id' | 'patientId'>,
  more: More,
  resourceId = id,
): Announcement<More> {
  return { resourceId, aggregate: { type: 'Case', id }, data: { patientId, caseId: id, ...more } };
}
