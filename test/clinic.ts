import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Api, Refusal } from '../infra/case/api';
import { type Flow } from '../infra/case/arguments';
import { signIn } from '../infra/case/clinic';
import { type DemoFile } from '../infra/demo/demo';

/** One organisation of the demo, and who acts in it. */
export interface Clinic {
  readonly slug: string;
  readonly organisationId: string;
  readonly staff: Api;
  readonly reviewer: Api;
  readonly admin: Api;
}

/** @param place 0 for the first organisation */
export async function enterClinic(demo: DemoFile, place = 0): Promise<Clinic> {
  const organisation = demo.organisations[place];
  if (!organisation) throw new Error('There is no such organisation');
  const { id: organisationId, slug } = organisation;
  const client = demo.clients.find((one) => one.name === 'case-cli' && one.organisationId === organisationId);
  if (!client) throw new Error('The organisation has no client');
  const { graphql = '', ws = '', token = '' } = demo.urls;
  const staff = await Api.forClient({ graphql, ws, token }, client.clientId, client.clientSecret);
  const as = async (role: string): Promise<Api> => {
    const user = demo.users.find((one) => one.organisationId === organisationId && one.roles.includes(role));
    return signIn(staff, user?.email ?? '', user?.password ?? '');
  };
  return { slug, organisationId, staff, reviewer: await as('REVIEWER'), admin: await as('ADMIN') };
}

export interface PreparedCase {
  readonly caseId: string;
  readonly patientId: string;
}

/** Everything up to the submission. */
export async function prepareCase({ staff }: Clinic, picture: string): Promise<PreparedCase> {
  const patientId = await registerPatient(staff);
  await consentToAll(staff, patientId);
  const caseId = await openCase(staff, patientId);
  await upload(staff, caseId, picture);
  return { caseId, patientId };
}

export async function registerPatient(staff: Api, identity: object = {}): Promise<string> {
  const who = { givenName: 'Imogen', familyName: 'Hartley', birthDate: '1971-03-09', ...identity };
  const email = `imogen.${randomUUID()}@patients.example`;
  const { createPatient } = await staff.run<{ createPatient: { patient: { id: string } } }>(
    'mutation createPatient($input: CreatePatientInput!) { createPatient(input: $input) { patient { id } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), identity: { email, ...who } } },
  );
  return createPatient.patient.id;
}

interface ConsentToAsk {
  readonly type: { readonly key: string };
  readonly text: { readonly id: string; readonly body: string } | null;
}

async function consentToAll(staff: Api, patientId: string): Promise<void> {
  const purposes = ['DIRECT_CARE', 'PHOTOGRAPHY', 'AI_ANALYSIS', 'EMAIL_CONTACT'];
  const asked = purposes.map(
    (purpose) => `${purpose}: requiredConsents(purpose: ${purpose}) { type { key } text { id body } }`,
  );
  const { patient } = await staff.run<{ patient: Record<string, ConsentToAsk[]> }>(
    `query consentsToAsk($id: ID!) { patient(id: $id) { ${asked.join(' ')} } }`,
    { id: patientId },
  );
  for (const { type, text } of Object.values(patient).flat()) {
    const textSha256 = createHash('sha256')
      .update(text?.body ?? '')
      .digest('hex');
    const given = { typeKey: type.key, textVersionId: text?.id, textSha256, decision: 'PERMIT' };
    await staff.run(
      'mutation captureConsent($input: CaptureConsentInput!) { captureConsent(input: $input) { record { id } userErrors { code message } } }',
      { input: { idempotencyKey: randomUUID(), patientId, channel: 'IN_CLINIC_TABLET', ...given } },
    );
  }
}

async function openCase(staff: Api, patientId: string): Promise<string> {
  const { createCase } = await staff.run<{ createCase: { case: { id: string } } }>(
    `mutation createCase($input: CreateCaseInput!) { createCase(input: $input) { case { id } userErrors { code message } } }`,
    {
      input: {
        ...{ idempotencyKey: randomUUID(), patientId, pathway: 'URGENT_SUSPECTED_CANCER', priority: 'URGENT' },
        referralReason: 'A mole that has changed over three months',
      },
    },
  );
  return createCase.case.id;
}

interface Ticket {
  readonly id: string;
  readonly put: { readonly url: string; readonly method: string };
  readonly requiredHeaders: Record<string, string>;
}

/** One finding and one picture of it. */
async function upload(staff: Api, caseId: string, file: string): Promise<void> {
  const bytes = await readFile(file);
  const { addFinding } = await staff.run<{ addFinding: { finding: { id: string } } }>(
    'mutation addFinding($input: AddFindingInput!) { addFinding(input: $input) { finding { id } userErrors { code message } } }',
    { input: { caseId, label: 'A', bodySiteCode: 'UPPER_BACK' } },
  );
  const picture = {
    ...{ fileName: 'mole.jpg', contentType: 'image/jpeg', byteSize: bytes.length, imageKind: 'DERMOSCOPIC' },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const { requestUpload } = await staff.run<{ requestUpload: { ticket: Ticket } }>(
    'mutation requestUpload($input: RequestUploadInput!) { requestUpload(input: $input) { ticket { id put { url method } requiredHeaders } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), caseId, findingId: addFinding.finding.id, ...picture } },
  );
  const { id, put, requiredHeaders } = requestUpload.ticket;
  await fetch(put.url, { method: put.method, headers: requiredHeaders, body: new Uint8Array(bytes) });
  await staff.run(
    'mutation completeUpload($id: ID!) { completeUpload(ticketId: $id) { image { status } userErrors { code message } } }',
    { id },
  );
}

/** Publishes one of the organisation's flows as its workflow for submitted cases. */
export async function chooseFlow({ staff }: Clinic, flow: Flow): Promise<void> {
  const { workflowDefinitions } = await staff.run<{ workflowDefinitions: { id: string; status: string }[] }>(
    'query flows($key: String!) { workflowDefinitions(key: $key) { id status } }',
    { key: flow },
  );
  const [latest] = workflowDefinitions;
  if (!latest) throw new Error('The demo has no such flow');
  if (latest.status === 'PUBLISHED') return;
  await staff.run(
    'mutation publishWorkflow($id: ID!) { publishWorkflow(id: $id) { definition { status } userErrors { code message } } }',
    { id: latest.id },
  );
}

/** Submits unless that has happened already: the answer to an earlier try may have been lost. */
export async function ensureSubmitted({ staff }: Clinic, id: string): Promise<boolean> {
  const { case: found } = await staff.run<{ case: { status: string; version: number } }>(
    'query caseVersion($id: ID!) { case(id: $id) { status version } }',
    { id },
  );
  if (found.status !== 'READY') return true;
  await staff.run(
    'mutation submitCase($id: ID!, $ifVersion: Int!) { submitCase(id: $id, ifVersion: $ifVersion) { case { status } userErrors { code message } } }',
    { id, ifVersion: found.version },
  );
  return true;
}

interface OpenReview {
  readonly id: string;
  readonly status: string;
  readonly case: { readonly id: string };
  readonly findings: readonly { readonly id: string }[];
  readonly claim: { readonly fencingToken: number } | null;
}

/** The reviews that somebody should decide, those claimed before a crash among them. */
export async function openReviews(reviewer: Api): Promise<readonly OpenReview[]> {
  const { reviewQueue } = await reviewer.run<{ reviewQueue: { reviews: { nodes: OpenReview[] } } }>(
    `query openReviews { reviewQueue(key: "dermatology") {
      reviews(first: 50) { nodes { id status case { id } findings { id } claim { fencingToken } } } } }`,
  );
  return reviewQueue.reviews.nodes;
}

/** @returns the fencing token. @throws {Refusal} when somebody else has it */
export async function claim(reviewer: Api, id: string): Promise<number> {
  const { claimReview } = await reviewer.run<{ claimReview: { review: { claim: { fencingToken: number } } } }>(
    'mutation claimReview($id: ID!) { claimReview(id: $id) { review { claim { fencingToken } } userErrors { code message } } }',
    { id },
  );
  return claimReview.review.claim.fencingToken;
}

/** Claims and decides a review; may be tried again wherever it was broken off. */
export async function decide(reviewer: Api, review: OpenReview): Promise<void> {
  const fencingToken = review.claim?.fencingToken ?? (await claim(reviewer, review.id));
  const perFinding = review.findings.map(({ id: findingId }) => ({
    ...{ findingId, system: 'ICD-10', code: 'C43.5', class: 'MELANOMA', malignancy: 'MALIGNANT', confidence: 80 },
  }));
  const read = { management: 'BIOPSY', confidence: 80, imageQualityAdequate: true, rationale: 'Irregular border' };
  const input = { idempotencyKey: `read-${review.id}`, reviewId: review.id, fencingToken, perFinding, ...read };
  await reviewer.run(
    'mutation submitRead($input: SubmitReadInput!) { submitRead(input: $input) { review { status } userErrors { code message } } }',
    { input },
  );
}

interface Slot {
  readonly token: string;
}

/** Free times from tomorrow on, for what the case is waiting for. Empty while it is not on the waiting list. */
export async function freeSlots({ staff }: Clinic, caseId: string): Promise<readonly Slot[]> {
  const { waitlist } = await staff.run<{ waitlist: { nodes: { serviceType: { id: string } }[] } }>(
    'query waitingList($caseId: ID!) { waitlist(first: 5, caseId: $caseId) { nodes { serviceType { id } } } }',
    { caseId },
  );
  const id = waitlist.nodes[0]?.serviceType.id;
  if (id === undefined) return [];
  const [from, to] = [1, 15].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
  const { availableSlots } = await staff.run<{ availableSlots: Slot[] }>(
    'query freeSlots($id: ID!, $from: DateTime!, $to: DateTime!) { availableSlots(serviceTypeId: $id, from: $from, to: $to, timeZone: "Europe/London") { token } }',
    { id, from, to },
  );
  return availableSlots;
}

export interface Booking {
  readonly patientId: string;
  readonly caseId: string | null;
  readonly slotToken: string;
  readonly idempotencyKey?: string;
}

/** @returns the appointment's id. @throws {Refusal} SLOT_TAKEN */
export async function book({ staff }: Clinic, booking: Booking): Promise<string> {
  const { bookAppointment } = await staff.run<{ bookAppointment: { appointment: { id: string } } }>(
    'mutation bookAppointment($input: BookAppointmentInput!) { bookAppointment(input: $input) { appointment { id } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), ...booking } },
  );
  return bookAppointment.appointment.id;
}

/** The code a request was refused with; null when it was granted. @throws what is no answer of the API */
export async function refusalOf(request: Promise<unknown>): Promise<string | null> {
  try {
    await request;
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.answers[0]?.code ?? 'REFUSED';
    throw error;
  }
}

/** Gives the patient a way to sign in. */
export async function openPortal({ staff }: Clinic, patientId: string, person: object): Promise<void> {
  const input = { idempotencyKey: randomUUID(), roles: ['PATIENT'], patientIds: [patientId], ...person };
  await inviteUser(staff, { temporaryPassword: randomUUID(), ...input });
}

async function inviteUser(inviter: Api, input: object): Promise<void> {
  await inviter.run(
    'mutation inviteUser($input: InviteUserInput!) { inviteUser(input: $input) { user { id } userErrors { code message } } }',
    { input },
  );
}

/** One more practitioner who reads cases, signed in. */
export async function hireReviewer({ admin, slug }: Clinic, number: number): Promise<Api> {
  const { registerPractitioner } = await admin.run<{ registerPractitioner: { practitioner: { id: string } } }>(
    `mutation registerPractitioner($key: ID!, $input: PractitionerInput!) {
      registerPractitioner(idempotencyKey: $key, input: $input) { practitioner { id } userErrors { code message } } }`,
    { key: randomUUID(), input: { displayName: `Dr Reader ${String(number)}`, kind: 'DERMATOLOGIST' } },
  );
  const [email, temporaryPassword] = [`reader${String(number)}@${slug}.example`, randomUUID()];
  const names = { firstName: 'Robin', lastName: `Reader ${String(number)}`, roles: ['REVIEWER'], patientIds: [] };
  const practitionerId = registerPractitioner.practitioner.id;
  await inviteUser(admin, { idempotencyKey: randomUUID(), email, temporaryPassword, practitionerId, ...names });
  return signIn(admin, email, temporaryPassword);
}
