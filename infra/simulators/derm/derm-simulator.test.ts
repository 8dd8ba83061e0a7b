import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { startReceiver, type Receiver } from '../http/receiver.fixture';
import { type Simulator } from '../http/server';
import { signatureOf } from '../http/signature';
import { drawLesion, type LesionPictureOptions } from '../lesion-picture';
import { type AssessmentResult } from './contract';
import { createDermSimulator } from './derm-simulator';

const apiKey = 'derm-test-key';
const callbackSecret = 'derm-test-secret';
const label = 'simulator, not for clinical use';

let simulator: Simulator;
let url: string;
let client: Receiver;

beforeEach(async () => {
  simulator = createDermSimulator({ apiKey, callbackSecret, callbackRetryDelaysMs: [1, 1, 1] });
  [url, client] = await Promise.all([simulator.listen(0), startReceiver()]);
});

afterEach(async () => {
  await Promise.all([simulator.close(), client.close()]);
});

let keys = 0;

interface Answered {
  readonly httpStatus: number;
  readonly label: string;
  readonly caseId: string;
  readonly status: string;
  readonly result: AssessmentResult;
  readonly error: { readonly code: string };
}

async function call(
  method: string,
  path: string,
  { body, headers }: { body?: object; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': `key-${++keys}`, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { httpStatus: response.status, ...(JSON.parse(await response.text()) as Omit<Answered, 'httpStatus'>) };
}

function send(body: object, headers: Record<string, string> = {}): Promise<Answered> {
  return call('POST', '/v1/cases', { body, headers });
}

function fault(mode: string, delayMs?: number): Promise<Answered> {
  return call('POST', '/v1/_faults', { body: { mode, delayMs } });
}

function host(bytes: Buffer, change: object = {}): object {
  const path = `/image-${client.files.size + 1}`;
  client.files.set(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    id: path.slice(1),
    url: client.url + path,
    sha256,
    findingReference: 'finding-1',
    kind: 'DERMOSCOPIC',
    ...change,
  };
}

async function picture(kind: LesionPictureOptions['kind'], seed = 1, change: object = {}): Promise<object> {
  return host(await drawLesion({ kind, seed, widthPixels: 480, format: 'jpeg' }), change);
}

function submission(images: object[], change: object = {}): object {
  const patient = { ageYears: 54, sex: 'FEMALE', fitzpatrick: 'II' };
  return { reference: 'review-1', images, patient, lesions: [{ findingReference: 'finding-1' }], ...change };
}

/** The case once it is no longer processing; each question is a round trip, so the loop is its own pause. */
async function ended(caseId: string): Promise<Answered> {
  for (let question = 0; question < 5_000; question++) {
    const state = await call('GET', `/v1/cases/${caseId}`);
    if (state.status !== 'PROCESSING') return state;
  }
  throw new Error('The case is still processing');
}

async function assess(images: object[], change: object = {}): Promise<Answered> {
  const { caseId } = await send(submission(images, change));
  return ended(caseId);
}

describe('looking at pictures', () => {
  test.each([1, 2, 3, 5, 8, 13, 21, 34])('takes the drawn melanoma with seed %i for malignant', async (seed) => {
    const { status, result } = await assess([await picture('melanoma', seed)]);
    expect(status).toBe('COMPLETED');
    expect(result).toMatchObject({
      label,
      overallClass: 'MELANOMA',
      overallMalignancy: 'MALIGNANT',
      management: 'BIOPSY',
    });
    expect(result.lesions[0]).toMatchObject({
      findingReference: 'finding-1',
      class: 'MELANOMA',
      referralThresholdMet: true,
    });
  });

  test.each([1, 2, 3, 5, 8, 13, 21, 34])('takes the drawn naevus with seed %i for benign', async (seed) => {
    const { result } = await assess([await picture('naevus', seed)]);
    expect(result).toMatchObject({ overallClass: 'BENIGN_MELANOCYTIC_NAEVUS', overallMalignancy: 'BENIGN' });
    expect(result.management).toBe('DISCHARGE_WITH_ADVICE');
    expect(result.lesions[0]!.referralThresholdMet).toBe(false);
  });

  test.each([1, 2, 3])('takes the drawn keratosis with seed %i for a seborrhoeic keratosis', async (seed) => {
    const { result } = await assess([await picture('keratosis', seed)]);
    expect(result).toMatchObject({ overallClass: 'SEBORRHOEIC_KERATOSIS', overallMalignancy: 'BENIGN' });
  });

  test('gives one result per finding, probabilities that add up to one, and the worst class overall', async () => {
    const images = [await picture('naevus'), await picture('melanoma', 2, { findingReference: 'finding-2' })];
    const { result } = await assess(images);
    expect(result.overallClass).toBe('MELANOMA');
    expect(result.lesions.map((one) => one.class)).toEqual(['BENIGN_MELANOCYTIC_NAEVUS', 'MELANOMA']);
    const sum = Object.values(result.lesions[0]!.probabilities).reduce((total, share) => total + share, 0);
    expect(sum).toBeCloseTo(1, 2);
  });

  test('finds bare skin indeterminate and asks for new images, rather than calling it harmless', async () => {
    const skin = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#e3b79f' } })
      .png()
      .toBuffer();
    const { result } = await assess([host(skin)]);
    expect(result).toMatchObject({ overallClass: 'INDETERMINATE', management: 'REPEAT_IMAGES' });
    expect(result.lesions[0]).toMatchObject({ features: null, referralThresholdMet: true });
  });

  test('answers the same for the same picture', async () => {
    const image = await picture('melanoma', 4);
    expect((await assess([image])).result).toEqual((await assess([image])).result);
  });

  test.each([
    ['IMAGE_UNDECODABLE', () => host(Buffer.from('not a picture'))],
    ['IMAGE_HASH_MISMATCH', () => host(Buffer.from('other bytes'), { sha256: '0'.repeat(64) })],
    ['IMAGE_UNREACHABLE', () => host(Buffer.from('gone'), { url: `${client.url}/nowhere` })],
  ])('fails with %s', async (code, image) => {
    expect(await assess([image()])).toMatchObject({ label, status: 'FAILED', error: { code } });
  });

  test('fails on a picture that breaks off in the middle', async () => {
    const whole = await drawLesion({ kind: 'naevus', seed: 1, widthPixels: 480, format: 'jpeg' });
    const state = await assess([host(whole.subarray(0, whole.length / 2))]);
    expect(state.error.code).toBe('IMAGE_UNDECODABLE');
  });
});

describe('taking cases', () => {
  test('one key is one case, even when the image URLs were signed anew', async () => {
    const image = await picture('naevus');
    const sendSigned = (signed: object) => send(submission([signed]), { 'idempotency-key': 'same' });
    const first = await sendSigned(image);
    const second = await sendSigned({ ...image, url: `${client.url}/image-1?signature=later` });
    expect(first).toMatchObject({ label, status: 'PROCESSING', reference: 'review-1', attempt: 1 });
    expect(second.caseId).toBe(first.caseId);
    expect((await send(submission([image]))).caseId).not.toBe(first.caseId);
  });

  test('refuses what it does not need to know, without repeating it', async () => {
    const patient = { ageYears: 54, sex: 'FEMALE', fitzpatrick: 'II', familyName: 'Lovelace' };
    const refusal = await send(submission([await picture('naevus')], { patient }));
    expect(refusal).toMatchObject({ httpStatus: 400, error: { code: 'INVALID_REQUEST' } });
    expect(JSON.stringify(refusal)).not.toContain('Lovelace');
  });

  test('refuses a lesion that no image shows', async () => {
    const lesions = [{ findingReference: 'finding-9' }];
    expect(await send(submission([await picture('naevus')], { lesions }))).toMatchObject({
      httpStatus: 400,
    });
  });

  test('knows nobody without the key and no case it was not given', async () => {
    expect(await call('GET', '/v1/cases/x', { headers: { authorization: 'Bearer wrong' } })).toMatchObject({
      httpStatus: 401,
      label,
    });
    expect(await call('GET', '/v1/cases/x')).toMatchObject({ httpStatus: 404, label });
    expect(await send({}, { 'idempotency-key': '' })).toMatchObject({ httpStatus: 400 });
  });

  test('a cancelled case has no result', async () => {
    const { caseId } = await send(submission([await picture('melanoma')]));
    await ended(caseId);
    expect(await call('DELETE', `/v1/cases/${caseId}`)).toMatchObject({ status: 'CANCELLED' });
    const state = await call('GET', `/v1/cases/${caseId}`);
    expect(state.status).toBe('CANCELLED');
    expect(state.result).toBeUndefined();
  });
});

describe('callbacks', () => {
  test('bring what a GET would answer, signed', async () => {
    const { caseId } = await assess([await picture('melanoma')], { callbackUrl: client.url, attempt: 2 });
    const [{ headers, body } = { headers: {}, body: '' }] = await client.waitFor(1);
    const time = /^t=(\d+),/.exec(String(headers['x-derm-signature']))?.[1];
    expect(headers['x-derm-signature']).toBe(signatureOf(body, callbackSecret, new Date(Number(time) * 1000)));
    expect(JSON.parse(body)).toMatchObject({ label, caseId, reference: 'review-1', attempt: 2, status: 'COMPLETED' });
  });

  test('are tried three more times while the receiver refuses them, and are about the same attempt', async () => {
    client.answers.push(500, 503, 302);
    await assess([await picture('naevus')], { callbackUrl: client.url });
    const received = await client.waitFor(4);
    expect(received.map(({ headers }) => headers['x-derm-delivery'])).toEqual(['1', '2', '3', '4']);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  });

  test('are not sent for a case that was cancelled while its images were being fetched', async () => {
    client.files.set('/never', null);
    const image = { ...host(Buffer.from('late')), url: `${client.url}/never` };
    const slow = await send(submission([image], { callbackUrl: client.url, reference: 'cancelled' }));
    expect(await call('DELETE', `/v1/cases/${slow.caseId}`)).toMatchObject({ status: 'CANCELLED' });
    await assess([await picture('naevus')], { callbackUrl: client.url });
    const received = await client.waitFor(1);
    expect(received.map(({ body }) => (JSON.parse(body) as { reference: string }).reference)).toEqual(['review-1']);
    expect((await call('GET', `/v1/cases/${slow.caseId}`)).status).toBe('CANCELLED');
  });
});

describe('faults', () => {
  test('down answers 503 until it is switched off', async () => {
    await fault('down');
    expect(await call('GET', '/v1/cases/x')).toMatchObject({ httpStatus: 503, label });
    await fault('none');
    expect(await call('GET', '/v1/cases/x')).toMatchObject({ httpStatus: 404 });
  });

  test('fail ends cases as FAILED and garbage answers what is not JSON', async () => {
    await fault('fail');
    expect(await assess([await picture('naevus')])).toMatchObject({
      status: 'FAILED',
      error: { code: 'MODEL_FAILURE' },
    });
    await fault('garbage');
    await expect(call('GET', '/v1/cases/x')).rejects.toThrow(SyntaxError);
  });

  test('duplicate-callbacks sends each callback twice', async () => {
    await fault('duplicate-callbacks');
    await assess([await picture('naevus')], { callbackUrl: client.url });
    const [first, second] = await client.waitFor(2);
    expect(second!.body).toBe(first!.body);
  });

  test('slow still answers, and an unknown mode is refused', async () => {
    await fault('slow', 1);
    expect((await assess([await picture('naevus')])).status).toBe('COMPLETED');
    expect(await fault('sulking')).toMatchObject({ httpStatus: 400 });
  });
});
