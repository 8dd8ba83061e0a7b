import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Api } from '../case/api';
import { captureConsents, chooseWorkflow, openCase, uploadPicture } from '../case/clinic';
import { type DemoFile } from '../demo/demo';
import { drawLesion } from '../simulators/lesion-picture';
import { type BenchClient } from './client';
import { type Sample, summarise } from './statistics';

const pollMs = 15;
const patienceMs = 30_000;
/** At the simulator's ratio of 4 to 3: one megapixel. */
const widthPixels = 1_156;

export interface CasesBench {
  readonly demo: DemoFile;
  readonly client: BenchClient;
  readonly directory: string;
  /** One case each. */
  readonly patientIds: readonly string[];
}

export interface CasesMeasured {
  readonly caseIds: readonly string[];
  readonly reviewed: Sample;
}

/**
 * Brings one case after the other from referral to the AI's result. The time of a case runs from sending `submitCase`
 * to the first answer that shows the completed review.
 */
export async function reviewCases({ demo, client, directory, patientIds }: CasesBench): Promise<CasesMeasured> {
  const [organisation] = demo.organisations;
  const staff = demo.clients.find(
    ({ name, organisationId }) => name === 'case-cli' && organisationId === organisation?.id,
  );
  const { graphql = '', ws = '', token = '' } = demo.urls;
  const api = await Api.forClient({ graphql, ws, token }, staff?.clientId ?? '', staff?.clientSecret ?? '');
  const picture = join(directory, 'bench-lesion.jpg');
  writeFileSync(picture, await drawLesion({ kind: 'melanoma', seed: 1, widthPixels, format: 'jpeg' }));
  const caseIds: string[] = [];
  const durationsMs: number[] = [];
  const startedAt = performance.now();
  await untold(() => chooseWorkflow(api, 'ai'));
  for (const patientId of patientIds) {
    const opened = await untold(async () => {
      await captureConsents(api, patientId, []);
      const one = await openCase(api, patientId);
      await uploadPicture(api, one, picture);
      return one;
    });
    caseIds.push(opened.caseId);
    durationsMs.push(await timeReview(client, opened.caseId));
  }
  await api.close();
  return { caseIds, reviewed: summarise(durationsMs, (performance.now() - startedAt) / 1000) };
}

async function timeReview(client: BenchClient, caseId: string): Promise<number> {
  const { case: found } = await client.run<{ case: { version: number } }>(
    'query caseVersion($id: ID!) { case(id: $id) { version } }',
    { id: caseId },
  );
  const startedAt = performance.now();
  await client.run(
    'mutation submitCase($id: ID!, $ifVersion: Int!) { submitCase(id: $id, ifVersion: $ifVersion) { case { status } userErrors { code message } } }',
    { id: caseId, ifVersion: found.version },
  );
  while (performance.now() - startedAt < patienceMs) {
    const { case: now } = await client.run<{ case: { aiReviews: { status: string }[] } }>(
      'query aiReviewsOf($id: ID!) { case(id: $id) { aiReviews { status } } }',
      { id: caseId },
    );
    if (now.aiReviews.some(({ status }) => status === 'COMPLETED')) return performance.now() - startedAt;
    await pause(pollMs);
  }
  throw new Error('The AI gave no result in time');
}

/** The case client tells its story on standard output, where it would drown the table. */
async function untold<T>(work: () => Promise<T>): Promise<T> {
  const write = Reflect.get(process.stdout, 'write');
  process.stdout.write = () => true;
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}

const casePage = `query casePage($id: ID!) {
  case(id: $id) {
    id number status priority pathway referralReason submittedAt outcome { management decidedBy decidedAt }
    patient {
      id status identity { givenName familyName birthDate mrn email } demographics { ageYears sexAtBirth fitzpatrick }
      consents { id status decision validFrom channel type { key } }
      appointments(first: 5) { nodes { id start end status } }
    }
    findings { id label laterality longestDiameterMm bodySite { code display } }
    images { id kind status width height quality { score } }
    diagnoses { id source class malignancy certainty code { code } }
    timeline(first: 20) { nodes { at type from to } }
    aiReviews { id status result { overallClass overallMalignancy management } }
    humanReviews { id status dueAt }
    appointments { id start status }
  }
}`;

/** What a clinician's screen asks for, from clinical, consent, reviews and scheduling at once. */
export function readCasePage(client: BenchClient, id: string): Promise<unknown> {
  return client.run(casePage, { id });
}

/** As a clinic registers somebody. */
export function registerPatient(client: BenchClient, patient: object): Promise<unknown> {
  return client.run(
    'mutation registerPatient($input: CreatePatientInput!) { createPatient(input: $input) { patient { id } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), ...patient } },
  );
}
