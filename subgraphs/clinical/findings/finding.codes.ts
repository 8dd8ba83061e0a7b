import { InputError } from '#shared/errors';
import { type CodedConcept, enumOf } from '#shared/graphql';

export const lateralities = ['LEFT', 'RIGHT', 'MIDLINE', 'BILATERAL'] as const;
export type Laterality = (typeof lateralities)[number];
export const LateralityEnum = enumOf('Laterality', lateralities);

export const lesionChanges = ['SIZE', 'SHAPE', 'COLOUR', 'BLEEDING', 'ITCH', 'PAIN', 'ULCERATION', 'NONE'] as const;
export type LesionChange = (typeof lesionChanges)[number];
export const LesionChangeEnum = enumOf('LesionChange', lesionChanges);

/** Why an AI must not be shown this lesion. */
export const aiExclusions = [
  'ULCERATED',
  'SUBUNGUAL',
  'MUCOSAL',
  'PREVIOUSLY_BIOPSIED',
  'TATTOOED',
  'HAIR_OBSCURED',
  'TOO_LARGE',
  'UNDER_18',
  'POOR_IMAGE_QUALITY',
] as const;
export type AiExclusion = (typeof aiExclusions)[number];
export const AiExclusionEnum = enumOf('AiExclusion', aiExclusions);

const bodySiteSystem = 'sa-platform:body-site';
const bodySites: ReadonlySet<string> = new Set([
  ...['SCALP', 'FOREHEAD', 'FACE', 'EYELID', 'NOSE', 'CHEEK', 'LIP', 'EAR', 'NECK', 'CHEST', 'BREAST', 'ABDOMEN'],
  ...['BACK', 'UPPER_BACK', 'LOWER_BACK', 'TRUNK', 'FLANK', 'BUTTOCK', 'GROIN', 'GENITALIA', 'SHOULDER', 'AXILLA'],
  ...['ARM', 'UPPER_ARM', 'ELBOW', 'FOREARM', 'WRIST', 'HAND', 'PALM', 'FINGER', 'FINGERNAIL'],
  ...['HIP', 'LEG', 'THIGH', 'KNEE', 'LOWER_LEG', 'ANKLE', 'FOOT', 'SOLE', 'TOE', 'TOENAIL'],
]);

/**
 * The place on the body a code names.
 * @throws {InputError} naming the codes there are.
 */
export function bodySiteOf(code: string): CodedConcept {
  const known = code.trim().toUpperCase();
  if (!bodySites.has(known)) {
    throw new InputError(`bodySiteCode is one of ${[...bodySites].join(', ')}`, ['input', 'bodySiteCode']);
  }
  const words = known.toLowerCase().replaceAll('_', ' ');
  const display = words.charAt(0).toUpperCase() + words.slice(1);
  return { system: bodySiteSystem, code: known, display, version: '1' };
}
