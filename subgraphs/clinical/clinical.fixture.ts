import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import {
  actorOf,
  startTestSubgraph,
  testOrganisation,
  type TestSubgraph,
  type TestSubgraphOptions,
} from '#shared/testing';
import { clinical } from '.';

/** The clinical subgraph with one organisation's people, and the steps most tests take. */
export interface Clinic {
  readonly subject: TestSubgraph;
  readonly organisation: ReturnType<typeof testOrganisation>;
  readonly doctor: Actor;
  readonly stranger: Actor;
  /** Runs an operation and answers its only root field. @throws when there are errors. */
  run<T>(actor: Actor, query: string, variables?: Record<string, unknown>): Promise<T>;
  /** The code of the first error, top-level or of the payload. */
  refusal(actor: Actor | null, query: string, variables?: Record<string, unknown>): Promise<string | null>;
  patient(identity?: Record<string, unknown>): Promise<string>;
  draft(patientId?: string): Promise<CaseView>;
  finding(caseId: string, label?: string): Promise<string>;
  picture(caseId: string, findingId: string): Promise<{ ticketId: string; imageId: string }>;
  /** A case with one finding and its verified picture. */
  ready(): Promise<CaseView>;
  view(caseId: string): Promise<CaseView>;
}

export interface CaseView {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly version: number;
  readonly availableTransitions: string[];
  readonly patient: { readonly id: string };
}

export const caseFields = 'id number status version availableTransitions patient { id }';

const doctorScopes = [
  ...(['clinical:patients:read', 'clinical:patients:write', 'clinical:records:read', 'clinical:cases:read'] as const),
  ...(['clinical:cases:write', 'clinical:images:read', 'clinical:images:write', 'clinical:diagnoses:write'] as const),
] as const;

export const createPatientMutation = `mutation ($input: CreatePatientInput!) {
  createPatient(input: $input) { patient { id version } userErrors { code path } }
}`;
export const createCaseMutation = `mutation ($input: CreateCaseInput!) {
  createCase(input: $input) { case { ${caseFields} } userErrors { code path } }
}`;
export const addFindingMutation = `mutation ($input: AddFindingInput!) {
  addFinding(input: $input) { finding { id } userErrors { code path } }
}`;
export const requestUploadMutation = `mutation ($input: RequestUploadInput!) {
  requestUpload(input: $input) { ticket { id maxBytes requiredHeaders put { url method headers } image { id status } } userErrors { code path } }
}`;
export const completeUploadMutation = `mutation ($ticketId: ID!) {
  completeUpload(ticketId: $ticketId) {
    image { id status sha256 byteSize width height rejectionReason quality { score sharp exposed advice } }
    userErrors { code message }
  }
}`;

export async function openClinic(options: TestSubgraphOptions = {}): Promise<Clinic> {
  const subject = await startTestSubgraph(clinical, options);
  const organisation = testOrganisation();
  const doctor = actorOf(organisation, { scopes: doctorScopes, roles: ['DOCTOR'] });
  const stranger = actorOf(testOrganisation(), { scopes: doctorScopes });
  const run = async <T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> => {
    const { data, errors } = await subject.ask(actor, query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return Object.values(data ?? {})[0] as T;
  };
  const made = async <T>(query: string, variables: Record<string, unknown>): Promise<T> => {
    const payload = await run<Record<string, unknown> & { userErrors: unknown[] }>(doctor, query, variables);
    if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
    return Object.values(payload)[0] as T;
  };
  const clinic: Clinic = {
    ...{ subject, organisation, doctor, stranger, run },
    async refusal(actor, query, variables = {}) {
      const { data, errors } = await subject.ask(actor, query, variables);
      if (errors) return String(errors[0]?.extensions?.['code']);
      const [payload] = Object.values(data ?? {}) as ({ userErrors?: { code: string }[] } | null)[];
      return payload?.userErrors?.[0]?.code ?? null;
    },
    async patient(identity = {}) {
      const input = { idempotencyKey: newId('idk'), identity: { ...someone, ...identity }, sexAtBirth: 'FEMALE' };
      return (await made<{ id: string }>(createPatientMutation, { input })).id;
    },
    async draft(patientId) {
      const input = { idempotencyKey: newId('idk'), pathway: 'ROUTINE_DERMATOLOGY', referralReason: 'A changing mole' };
      return made(createCaseMutation, { input: { ...input, patientId: patientId ?? (await clinic.patient()) } });
    },
    async finding(caseId, label = 'A') {
      const input = { caseId, label, bodySiteCode: 'UPPER_BACK', laterality: 'LEFT', changes: ['COLOUR'] };
      return (await made<{ id: string }>(addFindingMutation, { input })).id;
    },
    async picture(caseId, findingId) {
      const file = await picture();
      const ticket = await made<UploadTicketView>(requestUploadMutation, {
        input: uploadOf(file, { caseId, findingId }),
      });
      const response = await upload(ticket, file);
      if (!response.ok) throw new Error(`The store answered ${String(response.status)}`);
      return { ticketId: ticket.id, imageId: ticket.image.id };
    },
    async ready() {
      const { id } = await clinic.draft();
      const { ticketId } = await clinic.picture(id, await clinic.finding(id));
      await made(completeUploadMutation, { ticketId });
      return clinic.view(id);
    },
    view: (id) => run(doctor, `query ($id: ID!) { case(id: $id) { ${caseFields} } }`, { id }),
  };
  return clinic;
}

export interface UploadTicketView {
  readonly id: string;
  readonly put: { readonly url: string; readonly headers: Record<string, string> };
  readonly image: { readonly id: string; readonly status: string };
}

export const someone = { givenName: 'Elin', familyName: 'Sandström-Reyes', birthDate: '1979-02-28' };

/** A drawn picture with camera metadata, as a telephone would send it. */
export function picture(seed = 1): Promise<Buffer> {
  const spots = Array.from({ length: 40 }, (_, n) => {
    const [x, y] = [(n * 97 * seed) % 640, (n * 61 * seed) % 480];
    return `<circle cx="${String(x)}" cy="${String(y)}" r="14" fill="#5a3020"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#e0b090"/>${spots.join('')}</svg>`;
  return sharp(Buffer.from(svg))
    .jpeg()
    .withExif({ IFD0: { Make: 'SecretCamera' } })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function uploadOf(file: Buffer, target: { caseId: string; findingId?: string | null }): Record<string, unknown> {
  return {
    ...target,
    ...{ idempotencyKey: newId('idk'), imageKind: 'DERMOSCOPIC', fileName: 'mole.jpg', contentType: 'image/jpeg' },
    ...{ byteSize: file.length, sha256: sha256Of(file) },
  };
}

export function upload({ put }: UploadTicketView, file: Buffer): Promise<Response> {
  // fetch counts the bytes itself and takes no content-length from its caller.
  const { 'content-length': _length, ...headers } = put.headers;
  return fetch(put.url, { method: 'PUT', headers, body: new Uint8Array(file) });
}
