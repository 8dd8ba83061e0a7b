import sharp from 'sharp';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import {
  type Clinic,
  completeUploadMutation,
  openClinic,
  picture,
  requestUploadMutation,
  sha256Of,
  upload,
  uploadOf,
  type UploadTicketView,
} from '../clinical.fixture';

let clinic: Clinic;
let caseId: string;
let findingId: string;

beforeAll(async () => {
  clinic = await openClinic({ environment: { CLINICAL_UPLOAD_GRACE_SECONDS: '0' } });
});
afterAll(() => clinic.subject.stop());
beforeEach(async () => {
  ({ id: caseId } = await clinic.draft());
  findingId = await clinic.finding(caseId);
});

interface Completed {
  readonly image: {
    readonly id: string;
    readonly status: string;
    readonly sha256: string;
    readonly width: number;
    readonly height: number;
  } | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}
const imageQuery = `query ($id: ID!) { image(id: $id) { status sha256 rejectionReason fileName downloadUrl(expiresInSeconds: 60) { url method expiresAt } } }`;
const complete = (ticketId: string): Promise<Completed> =>
  clinic.run(clinic.doctor, completeUploadMutation, { ticketId });

async function ticketFor(file: Buffer, more: object = {}): Promise<UploadTicketView> {
  const input = { ...uploadOf(file, { caseId, findingId }), ...more };
  return (await clinic.run<{ ticket: UploadTicketView }>(clinic.doctor, requestUploadMutation, { input })).ticket;
}

async function uploaded(file: Buffer, more: object = {}): Promise<UploadTicketView> {
  const ticket = await ticketFor(file, more);
  expect((await upload(ticket, file)).status).toBe(200);
  return ticket;
}

test('keeps a clean, upright copy without metadata, and removes the original', async () => {
  const file = await picture();
  const ticket = await uploaded(file);
  const { image } = await complete(ticket.id);
  expect(image).toMatchObject({ status: 'VERIFIED', width: 480, height: 640, quality: { sharp: true, exposed: true } });
  const { downloadUrl } = await clinic.run<{ downloadUrl: { url: string } }>(clinic.doctor, imageQuery, {
    id: ticket.image.id,
  });
  const kept = Buffer.from(await (await fetch(downloadUrl.url)).arrayBuffer());
  expect(sha256Of(kept)).toBe(image?.sha256);
  expect(kept.includes('SecretCamera')).toBe(false);
  expect((await sharp(kept).metadata()).exif).toBeUndefined();
  expect(await clinic.subject.storage.head(`uploads/${clinic.organisation.organisationId}/${ticket.id}`)).toBeNull();
});

test('writes down who was given a picture, by the name of the act', async () => {
  const ticket = await uploaded(await picture());
  await complete(ticket.id);
  await clinic.run(clinic.doctor, imageQuery, { id: ticket.image.id });
  const rows = await clinic.subject.running.database.system.query<{ record: string }[]>(
    'SELECT record FROM audit_intake',
  );
  const downloads = rows.filter(
    ({ record }) => record.includes('"image.download"') && record.includes(ticket.image.id),
  );
  expect(downloads).toHaveLength(1);
  expect(downloads[0]?.record).toContain(clinic.doctor.subject);
});

test('answers the first outcome to whoever completes again, also to several at once', async () => {
  const ticket = await uploaded(await picture());
  const answers = await Promise.all([complete(ticket.id), complete(ticket.id), complete(ticket.id)]);
  const again = await complete(ticket.id);
  expect(new Set([...answers, again].map(({ image }) => image?.sha256)).size).toBe(1);
  await clinic.subject.until('the event', () =>
    clinic.subject.events.some(
      ({ resourceId, type }) => resourceId === ticket.image.id && type === 'clinical.image.verified',
    ),
  );
  const verified = clinic.subject.events.filter(
    ({ resourceId, type }) => resourceId === ticket.image.id && type === 'clinical.image.verified',
  );
  expect(verified).toHaveLength(1);
});

test('does not let a second upload change a verified image', async () => {
  const file = await picture();
  const ticket = await uploaded(file);
  const { image } = await complete(ticket.id);
  expect((await upload(ticket, await picture(2))).ok).toBe(false);
  await upload(ticket, file);
  expect((await complete(ticket.id)).image?.sha256).toBe(image?.sha256);
});

test('makes the case ready once each finding has a verified image', async () => {
  const second = await clinic.finding(caseId, 'B');
  const [a, b] = [await clinic.picture(caseId, findingId), await clinic.picture(caseId, second)];
  await complete(a.ticketId);
  expect((await clinic.view(caseId)).status).toBe('AWAITING_IMAGES');
  await complete(b.ticketId);
  expect((await clinic.view(caseId)).status).toBe('READY');
});

test('makes the case ready when the last two images are verified at the same moment', async () => {
  const second = await clinic.finding(caseId, 'B');
  const tickets = [await clinic.picture(caseId, findingId), await clinic.picture(caseId, second)];
  await Promise.all(tickets.map(({ ticketId }) => complete(ticketId)));
  expect((await clinic.view(caseId)).status).toBe('READY');
});

test.each(['HASH_MISMATCH', 'SIZE_MISMATCH'])('stores %s when other bytes got past the signature', async (reason) => {
  const file = await picture();
  const ticket = await ticketFor(file);
  const tampered = reason === 'SIZE_MISMATCH' ? file.subarray(0, 3000) : Buffer.from(file).fill(7, 2000, 2100);
  const key = `uploads/${clinic.organisation.organisationId}/${ticket.id}`;
  await clinic.subject.storage.put(key, tampered, { contentType: 'image/jpeg' });
  await expectRejected(ticket, reason);
});

test.each([
  ['CONTENT_TYPE_MISMATCH', () => picture(), { contentType: 'image/png' }],
  ['CONTENT_TYPE_MISMATCH', () => Promise.resolve(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')), {}],
  ['UNDECODABLE', async () => (await picture()).subarray(0, 4000), {}],
  ['UNDECODABLE', () => Promise.resolve(Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(500, 1)])), {}],
  ['TOO_SMALL', () => flat(20, 20), { contentType: 'image/png' }],
  ['TOO_MANY_PIXELS', () => flat(9000, 9000), { contentType: 'image/png' }],
] as const)('refuses bytes as %s and remembers it', async (reason, make, more) => {
  await expectRejected(await uploaded(await make(), more), reason);
});

async function expectRejected(ticket: UploadTicketView, reason: string): Promise<void> {
  for (const { image, userErrors } of [await complete(ticket.id), await complete(ticket.id)]) {
    expect(image).toBeNull();
    expect(userErrors[0]).toMatchObject({ code: 'UPLOAD_INVALID', message: expect.stringContaining(reason) as string });
  }
  const stored = await clinic.run(clinic.doctor, imageQuery, { id: ticket.image.id });
  expect(stored).toMatchObject({
    status: 'REJECTED',
    rejectionReason: reason,
    fileName: 'mole.jpg',
    downloadUrl: null,
  });
  const event = await clinic.subject.until('the event', () =>
    clinic.subject.events.find(
      ({ resourceId, type }) => resourceId === ticket.image.id && type === 'clinical.image.rejected',
    ),
  );
  expect(event.data['reason']).toBe(reason);
  expect((await clinic.view(caseId)).status).toBe('AWAITING_IMAGES');
}

function flat(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#888' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

test('waits for an upload that has not come yet', async () => {
  const ticket = await ticketFor(await picture());
  expect(await clinic.refusal(clinic.doctor, completeUploadMutation, { ticketId: ticket.id })).toBe('CONFLICT');
  expect(await clinic.run(clinic.doctor, imageQuery, { id: ticket.image.id })).toMatchObject({ status: 'REQUESTED' });
});

test('refuses types it does not take, files that are too large and findings of other cases', async () => {
  const file = await picture();
  const refusalOf = (more: object): Promise<string | null> =>
    clinic.refusal(clinic.doctor, requestUploadMutation, {
      input: { ...uploadOf(file, { caseId, findingId }), ...more },
    });
  expect(await refusalOf({ contentType: 'image/svg+xml' })).toBe('CONTENT_TYPE_NOT_ALLOWED');
  expect(await refusalOf({ byteSize: 20_000_001 })).toBe('UPLOAD_TOO_LARGE');
  expect(await refusalOf({ sha256: 'abc' })).toBe('BAD_USER_INPUT');
  const other = await clinic.draft();
  expect(await refusalOf({ findingId: await clinic.finding(other.id) })).toBe('BAD_USER_INPUT');
});

test('gives the same ticket to a repeated request', async () => {
  const file = await picture();
  const more = { idempotencyKey: newId('idk') };
  const [first, second] = [await ticketFor(file, more), await ticketFor(file, more)];
  expect(second.id).toBe(first.id);
});

test('signs downloads for an hour at most, and not for strangers', async () => {
  const { ticketId, imageId } = await clinic.picture(caseId, findingId);
  await complete(ticketId);
  const longer = 'query ($id: ID!) { image(id: $id) { downloadUrl(expiresInSeconds: 3601) { url } } }';
  expect(await clinic.refusal(clinic.doctor, longer, { id: imageId })).toBe('BAD_USER_INPUT');
  expect(await clinic.run(clinic.stranger, imageQuery, { id: imageId })).toBeNull();
  expect(await clinic.refusal(clinic.stranger, completeUploadMutation, { ticketId })).toBe('NOT_FOUND');
  const clerk = actorOf(clinic.organisation, { scopes: ['clinical:cases:read'] });
  expect(await clinic.refusal(clerk, imageQuery, { id: imageId })).toBe('FORBIDDEN');
});

test('lets patients upload pictures of their own cases and of no others', async () => {
  const { patient } = await clinic.view(caseId);
  const file = await picture();
  const input = uploadOf(file, { caseId, findingId });
  const self = actorOf(clinic.organisation, { scopes: ['clinical:patients:self'], patientIds: [patient.id] });
  const other = actorOf(clinic.organisation, {
    scopes: ['clinical:patients:self'],
    patientIds: [await clinic.patient()],
  });
  expect(await clinic.refusal(other, requestUploadMutation, { input })).toBe('NOT_FOUND');
  const { ticket } = await clinic.run<{ ticket: UploadTicketView }>(self, requestUploadMutation, { input });
  await upload(ticket, file);
  expect(await clinic.run(self, completeUploadMutation, { ticketId: ticket.id })).toMatchObject({
    image: { status: 'VERIFIED' },
  });
});

test('expires tickets nobody used and removes what was left behind', async () => {
  const file = await picture();
  const ticket = await uploaded(file);
  const key = `uploads/${clinic.organisation.organisationId}/${ticket.id}`;
  const { database } = clinic.subject.running;
  await database.system.query('UPDATE upload_tickets SET expires_at = created_at');
  // Any commit wakes the workers.
  await clinic.patient();
  await clinic.subject.until('the sweep', async () => (await clinic.subject.storage.head(key)) === null);
  expect(await clinic.refusal(clinic.doctor, completeUploadMutation, { ticketId: ticket.id })).toBe('CONFLICT');
  expect(await clinic.run(clinic.doctor, imageQuery, { id: ticket.image.id })).toMatchObject({ status: 'EXPIRED' });
});
