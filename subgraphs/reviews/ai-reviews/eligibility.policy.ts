import { type CaseForAi } from '../cases/case.reader';
import { type AiInputExclusion } from './ai-result.types';
import { type AiSubmission } from './provider';

const minimumAge = 18;

export type Eligibility =
  | { readonly eligible: true; readonly submission: AiSubmission }
  | { readonly eligible: false; readonly reason: string; readonly inputsExcluded: AiInputExclusion[] };

type CaseImage = CaseForAi['images'][number];
type UsableImage = AiSubmission['images'][number];

/**
 * The AI judges adults, and a case as a whole: one finding that it must not judge, or that has no verified picture, and
 * a person looks at all of them.
 */
export function assessEligibility(skinCase: CaseForAi): Eligibility {
  const { demographics } = skinCase.patient;
  const age = demographics?.ageYears ?? null;
  if (age === null) return ineligible('AGE_UNKNOWN');
  if (age < minimumAge) return ineligible('UNDER_18');
  const [reason] = skinCase.findings.flatMap(({ unsuitableForAi }) => unsuitableForAi);
  if (reason !== undefined) return ineligible(reason, exclusionsOf(skinCase));
  const images = skinCase.images.flatMap(usable);
  if (!showsAll(skinCase, images)) return ineligible('NO_SUITABLE_IMAGE');
  const patient = {
    ageYears: age,
    sex: known(demographics?.sexAtBirth),
    fitzpatrick: known(demographics?.fitzpatrick),
  };
  return { eligible: true, submission: { images, patient, lesions: skinCase.findings.map(lesionOf) } };
}

function showsAll({ findings }: CaseForAi, images: readonly UsableImage[]): boolean {
  const pictured = new Set(images.map(({ findingReference }) => findingReference));
  return findings.length > 0 && findings.every(({ id }) => pictured.has(id));
}

function known(code: string | null | undefined): string {
  return code ?? 'UNKNOWN';
}

function ineligible(reason: string, inputsExcluded: AiInputExclusion[] = []): Eligibility {
  return { eligible: false, reason, inputsExcluded };
}

function exclusionsOf({ findings, images }: CaseForAi): AiInputExclusion[] {
  const reasons = new Map(findings.map(({ id, unsuitableForAi: [reason] }) => [id, reason]));
  return images.flatMap(({ id: imageId, finding }) => {
    const reason = finding && reasons.get(finding.id);
    return reason ? [{ imageId, reason }] : [];
  });
}

function usable({ id, kind, status, sha256, finding, downloadUrl }: CaseImage): UsableImage[] {
  if (status !== 'VERIFIED' || sha256 === null || downloadUrl === null) return [];
  return [{ id, url: downloadUrl.url, sha256, findingReference: finding?.id ?? null, kind }];
}

function lesionOf(finding: CaseForAi['findings'][number]): AiSubmission['lesions'][number] {
  const { id, laterality, longestDiameterMm, durationMonths, changes } = finding;
  return { findingReference: id, laterality, longestDiameterMm, durationMonths, changes };
}
