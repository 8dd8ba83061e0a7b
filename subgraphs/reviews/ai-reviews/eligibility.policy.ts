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
  const [excluded] = skinCase.findings.filter(({ unsuitableForAi }) => unsuitableForAi.length > 0);
  if (excluded) return ineligible(excluded.unsuitableForAi[0] ?? 'EXCLUDED', exclusionsOf(skinCase));
  const images = skinCase.images.flatMap(usable);
  const pictured = new Set(images.map(({ findingReference }) => findingReference));
  const complete = skinCase.findings.length > 0 && skinCase.findings.every(({ id }) => pictured.has(id));
  if (!complete) return ineligible('NO_SUITABLE_IMAGE');
  const patient = { ageYears: age, sex: demographics?.sexAtBirth ?? 'UNKNOWN', fitzpatrick: demographics?.fitzpatrick ?? 'UNKNOWN' };
  return { eligible: true, submission: { images, patient, lesions: skinCase.findings.map(lesionOf) } };
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
