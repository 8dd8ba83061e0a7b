import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type Api, Refusal } from './api';
import { type Flow } from './arguments';
import { say } from './narrator';

/** What the clinic's staff do: register, ask for consent, open the case, upload the picture, submit. */

export const purposes = ['DIRECT_CARE', 'PHOTOGRAPHY', 'AI_ANALYSIS', 'EMAIL_CONTACT'] as const;

export async function registerPatient(api: Api): Promise<string> {
  const given = {
    givenName: 'Imogen',
    familyName: 'Hartley',
    birthDate: '1971-03-09',
    email: `imogen.${randomBytes(4).toString('hex')}@patients.example`,
  };
  const { createPatient } = await api.run<{ createPatient: { patient: { id: string } } }>(
    'mutation registerPatient($input: CreatePatientInput!) { createPatient(input: $input) { patient { id } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), identity: given, sexAtBirth: 'FEMALE', fitzpatrick: 'II' } },
  );
  say('patient registered', createPatient.patient.id);
  return createPatient.patient.id;
}

/** Gives the patient a way to sign in, and signs in as them. */
export async function openPortal(api: Api, patientId: string): Promise<Api> {
  const email = `portal.${randomBytes(4).toString('hex')}@patients.example`;
  const temporaryPassword = randomBytes(12).toString('base64url');
  const person = {
    email,
    temporaryPassword,
    firstName: 'Imogen',
    lastName: 'Hartley',
    roles: ['PATIENT'],
    patientIds: [patientId],
  };
  await api.run(
    'mutation invitePatient($input: InviteUserInput!) { inviteUser(input: $input) { user { id } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), ...person } },
  );
  return signIn(api, email, temporaryPassword);
}

export async function signIn(api: Api, email: string, password: string): Promise<Api> {
  const { login } = await api.run<{ login: { tokens: { accessToken: string } } }>(
    `mutation signIn($email: String!, $password: String!) {
      login(email: $email, password: $password, productKey: "demo") { tokens { accessToken } userErrors { code message } }
    }`,
    { email, password },
  );
  return api.withToken(login.tokens.accessToken);
}

interface Required {
  readonly type: { readonly key: string };
  readonly text: { readonly id: string; readonly body: string } | null;
}

/** Shows each text and records the answer with the hash of what was shown. */
export async function captureConsents(api: Api, patientId: string, without: readonly string[]): Promise<void> {
  for (const purpose of purposes.filter((one) => !without.includes(one))) {
    const { patient } = await api.run<{ patient: { requiredConsents: Required[] } | null }>(
      'query consentsToAsk($id: ID!, $purpose: ConsentPurpose!) { patient(id: $id) { requiredConsents(purpose: $purpose) { type { key } text { id body } } } }',
      { id: patientId, purpose },
    );
    if (!patient) throw new Refusal('consentsToAsk', [{ code: 'NOT_FOUND', message: 'There is no such patient' }]);
    for (const { type, text } of patient.requiredConsents) {
      if (!text) continue;
      const shown = { textVersionId: text.id, textSha256: createHash('sha256').update(text.body).digest('hex') };
      const input = {
        idempotencyKey: randomUUID(),
        patientId,
        typeKey: type.key,
        ...shown,
        decision: 'PERMIT',
        channel: 'IN_CLINIC_TABLET',
      };
      await api.run(
        'mutation captureConsent($input: CaptureConsentInput!) { captureConsent(input: $input) { record { id } userErrors { code message } } }',
        { input },
      );
      say('consent captured', `${purpose}  text ${shown.textSha256.slice(0, 12)}…`);
    }
  }
}

const steps: Readonly<Record<Flow, readonly object[]>> = {
  ai: [
    { key: 'consent', kind: 'CONSENT_CHECK' },
    { key: 'ai', kind: 'AI_REVIEW', dependsOn: ['consent'] },
    { key: 'outcome', kind: 'CLINICAL_UPDATE', dependsOn: ['ai'] },
  ],
  human: [
    { key: 'human', kind: 'HUMAN_REVIEW' },
    { key: 'outcome', kind: 'CLINICAL_UPDATE', dependsOn: ['human'] },
  ],
  both: [
    { key: 'consent', kind: 'CONSENT_CHECK' },
    { key: 'ai', kind: 'AI_REVIEW', dependsOn: ['consent'] },
    { key: 'human', kind: 'HUMAN_REVIEW', dependsOn: ['ai'] },
    { key: 'outcome', kind: 'CLINICAL_UPDATE', dependsOn: ['human'] },
  ],
  neither: [{ key: 'outcome', kind: 'CLINICAL_UPDATE', config: { management: 'ROUTINE_REFERRAL' } }],
};

/** Publishes the flow as the organisation's workflow for submitted cases. */
export async function chooseWorkflow(api: Api, flow: Flow): Promise<void> {
  const input = { key: `flow-${flow}`, name: `Flow: ${flow}`, trigger: 'clinical.case.submitted', steps: steps[flow] };
  const { draftWorkflow } = await api.run<{ draftWorkflow: { definition: { id: string } } }>(
    'mutation draftWorkflow($input: WorkflowDefinitionInput!) { draftWorkflow(input: $input) { definition { id } userErrors { code message } } }',
    { input },
  );
  await api.run(
    'mutation publishWorkflow($id: ID!) { publishWorkflow(id: $id) { definition { status } userErrors { code message } } }',
    { id: draftWorkflow.definition.id },
  );
  say('workflow published', flow);
}

export interface OpenedCase {
  readonly caseId: string;
  readonly findingId: string;
}

export async function openCase(api: Api, patientId: string): Promise<OpenedCase> {
  const { createCase } = await api.run<{ createCase: { case: { id: string; number: string } } }>(
    'mutation createCase($input: CreateCaseInput!) { createCase(input: $input) { case { id number } userErrors { code message } } }',
    {
      input: {
        idempotencyKey: randomUUID(),
        patientId,
        pathway: 'URGENT_SUSPECTED_CANCER',
        priority: 'URGENT',
        referralReason: 'A mole that has changed over three months',
      },
    },
  );
  const { id: caseId, number } = createCase.case;
  const { addFinding } = await api.run<{ addFinding: { finding: { id: string } } }>(
    'mutation addFinding($input: AddFindingInput!) { addFinding(input: $input) { finding { id } userErrors { code message } } }',
    {
      input: {
        caseId,
        label: 'A',
        bodySiteCode: 'UPPER_BACK',
        laterality: 'LEFT',
        longestDiameterMm: 7.5,
        changes: ['SIZE', 'COLOUR'],
      },
    },
  );
  say('case opened', `${number}  ${caseId}`);
  return { caseId, findingId: addFinding.finding.id };
}

interface Ticket {
  readonly id: string;
  readonly put: { readonly url: string; readonly method: string };
  readonly requiredHeaders: Record<string, string>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
};

/** Ticket, PUT to the presigned URL, completion. */
export async function uploadPicture(api: Api, { caseId, findingId }: OpenedCase, file: string): Promise<void> {
  const bytes = await readFile(file);
  const announced = {
    fileName: basename(file),
    contentType: contentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream',
    byteSize: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const { requestUpload } = await api.run<{ requestUpload: { ticket: Ticket } }>(
    'mutation requestUpload($input: RequestUploadInput!) { requestUpload(input: $input) { ticket { id put { url method } requiredHeaders } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), caseId, findingId, imageKind: 'DERMOSCOPIC', ...announced } },
  );
  const { id, put, requiredHeaders } = requestUpload.ticket;
  const stored = await fetch(put.url, { method: put.method, headers: requiredHeaders, body: new Uint8Array(bytes) });
  if (!stored.ok) throw new Refusal('upload', [{ code: String(stored.status), message: await stored.text() }]);
  const { completeUpload } = await api.run<{
    completeUpload: { image: { status: string; width: number; height: number; quality: { score: number } | null } };
  }>(
    'mutation completeUpload($id: ID!) { completeUpload(ticketId: $id) { image { status width height quality { score } } userErrors { code message } } }',
    { id },
  );
  const { status, width, height } = completeUpload.image;
  say('picture uploaded', `${status}  ${String(width)}×${String(height)}  ${String(bytes.length)} bytes`);
}

export async function submitCase(api: Api, caseId: string): Promise<void> {
  const { case: found } = await api.run<{ case: { version: number } }>(
    'query caseVersion($id: ID!) { case(id: $id) { version } }',
    { id: caseId },
  );
  await api.run(
    'mutation submitCase($id: ID!, $ifVersion: Int!) { submitCase(id: $id, ifVersion: $ifVersion) { case { status } userErrors { code message } } }',
    { id: caseId, ifVersion: found.version },
  );
  say('case submitted');
}
