import {
  AssessmentError,
  label,
  modelVersion,
  type AssessmentResult,
  type LesionResult,
  type Submission,
  type SubmittedImage,
} from './contract';
import { fetchImage } from './fetch-image';
import { compareRisk, malignancyOf, managementOf } from './lesion-classes';
import { measureLesion, type LesionFeatures } from './measure-lesion';
import { readPicture, type Picture } from './picture';
import { likeliest, meetsReferralThreshold, scoreClasses } from './score-classes';
import { segmentLesion } from './segment-lesion';

interface Seen {
  readonly image: SubmittedImage;
  readonly picture: Picture;
}

/** Kinds in which one lesion fills the frame. Overviews and slides are looked at only for want of these. */
const closeUps: readonly SubmittedImage['kind'][] = ['DERMOSCOPIC', 'POLARISED', 'MACRO', 'CLINICAL_PHOTO'];

/** Fetches, verifies and looks at every image. @throws {AssessmentError} when one of them cannot be used. */
export async function assessCase(submission: Submission, signal: AbortSignal): Promise<AssessmentResult> {
  const seen: Seen[] = [];
  for (const image of submission.images) {
    const bytes = await fetchImage(image, signal); // one after the other: fifty large pictures at once fill the memory
    seen.push({ image, picture: await decode(image, bytes) });
  }
  const findings = new Set(submission.images.flatMap(({ findingReference }) => findingReference ?? []));
  const lesions = [...findings].map((finding) => assessLesion(finding, seen, submission));
  const overallClass = mostDangerous(lesions).class;
  return {
    label,
    modelVersion,
    overallClass,
    overallMalignancy: malignancyOf(overallClass),
    management: managementOf(overallClass),
    lesions,
    warnings: warningsOf(submission, lesions),
  };
}

async function decode({ id }: SubmittedImage, bytes: Buffer): Promise<Picture> {
  try {
    return await readPicture(bytes);
  } catch (cause) {
    throw new AssessmentError('IMAGE_UNDECODABLE', `Image ${id} cannot be decoded`, { cause });
  }
}

/** Of several pictures of one lesion the most dangerous reading counts. */
function assessLesion(finding: string, seen: readonly Seen[], { lesions }: Submission): LesionResult {
  const ofFinding = seen.filter(({ image }) => image.findingReference === finding);
  const close = ofFinding.filter(({ image }) => closeUps.includes(image.kind));
  const longestDiameterMm = lesions.find((one) => one.findingReference === finding)?.longestDiameterMm ?? undefined;
  const readings = (close.length > 0 ? close : ofFinding).map(({ image, picture }) =>
    readingOf(image, finding, featuresOf(picture, longestDiameterMm)),
  );
  return mostDangerous(readings);
}

function featuresOf(picture: Picture, longestDiameterMm: number | undefined): LesionFeatures | null {
  const segment = segmentLesion(picture);
  return segment && measureLesion(picture, segment, longestDiameterMm);
}

function readingOf(
  { id: imageId }: SubmittedImage,
  findingReference: string,
  features: LesionFeatures | null,
): LesionResult {
  const probabilities = scoreClasses(features);
  const lesionClass = likeliest(probabilities);
  return {
    findingReference,
    imageId,
    class: lesionClass,
    malignancy: malignancyOf(lesionClass),
    confidence: probabilities[lesionClass],
    probabilities,
    referralThresholdMet: meetsReferralThreshold(probabilities),
    features,
  };
}

/** Of one or more. */
function mostDangerous(results: readonly LesionResult[]): LesionResult {
  return results.reduce((worst, next) => (compareRisk(next.class, worst.class) < 0 ? next : worst));
}

function warningsOf({ images, patient }: Submission, lesions: readonly LesionResult[]): string[] {
  const dermoscopic = new Set(
    images
      .filter(({ kind }) => kind === 'DERMOSCOPIC' || kind === 'POLARISED')
      .map(({ findingReference }) => findingReference),
  );
  return [
    `This result comes from a ${label}`,
    ...(['V', 'VI'].includes(patient.fitzpatrick) ? ['Little validated on Fitzpatrick types V and VI'] : []),
    ...(patient.ageYears < 18 ? ['Not validated under 18 years of age'] : []),
    ...lesions.flatMap(({ findingReference, features }) => [
      ...(dermoscopic.has(findingReference) ? [] : [`No dermoscopic image of finding ${findingReference}`]),
      ...(features ? [] : [`No lesion stands out from the skin in the image of finding ${findingReference}`]),
    ]),
  ];
}
