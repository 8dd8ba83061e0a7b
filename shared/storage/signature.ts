import { createHmac } from 'node:crypto';
import { sha256Hex, timingSafeEqualText } from '#shared/crypto';
import { S3Error } from './s3-error';
import { decode, type S3Request } from './s3-request';

/*
 * AWS Signature Version 4 as a server checks it, in its header form and its query form (presigned URLs).
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignaturePolicy {
  readonly credentials: S3Credentials;
  readonly region: string;
  readonly now: () => Date;
}

interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string;
  /** SHA-256 of the body in hex, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const unsignedPayload = 'UNSIGNED-PAYLOAD';
const maxSkewMs = 15 * 60_000;
const maxExpirySeconds = 7 * 86_400;
const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=([^, ]+), ?SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})$/;
const datePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * @returns the SHA-256 in hex that the body must have, or null when the signature leaves it open
 * @throws {S3Error} unless the request is signed with our key, for our region, at about this time
 */
export function verifySignature(request: S3Request, policy: SignaturePolicy): string | null {
  const isPresigned = request.query.has('X-Amz-Signature') || request.query.has('X-Amz-Algorithm');
  const claim = isPresigned ? queryClaim(request) : headerClaim(request);
  const nowMs = policy.now().getTime();
  if (isPresigned) assertNotExpired(request, claim, nowMs);
  else assertSkew(Math.abs(nowMs - instantMs(claim.date)));
  assertScope(claim, policy);
  assertHeadersSigned(request, claim);
  if (!timingSafeEqualText(claim.signature, expectedSignature(request, claim, policy))) {
    throw new S3Error(403, 'SignatureDoesNotMatch', 'The request signature does not match the signature you provided');
  }
  return claim.payloadHash === unsignedPayload ? null : claim.payloadHash;
}

function queryClaim({ query, headers }: S3Request): Claim {
  if (query.get('X-Amz-Algorithm') !== algorithm) throw denied('The algorithm must be AWS4-HMAC-SHA256');
  return {
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    date: query.get('X-Amz-Date') ?? '',
    payloadHash: payloadHash(
      query.get('X-Amz-Content-Sha256') ?? headers.get('x-amz-content-sha256') ?? unsignedPayload,
    ),
  };
}

function headerClaim({ headers }: S3Request): Claim {
  const [, credential, signedHeaders, signature] = authorizationPattern.exec(headers.get('authorization') ?? '') ?? [];
  if (credential === undefined || signedHeaders === undefined || signature === undefined)
    throw denied('The request is not signed');
  return {
    ...{ credential, signature, signedHeaders: signedHeaders.split(';') },
    date: headers.get('x-amz-date') ?? '',
    payloadHash: payloadHash(headers.get('x-amz-content-sha256') ?? ''),
  };
}

function payloadHash(value: string): string {
  if (value === unsignedPayload || /^[0-9a-f]{64}$/.test(value)) return value;
  if (value.startsWith('STREAMING-'))
    throw new S3Error(501, 'NotImplemented', 'Bodies signed in chunks are not supported');
  throw new S3Error(400, 'InvalidArgument', 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a SHA-256 in hex');
}

function assertNotExpired({ query }: S3Request, claim: Claim, nowMs: number): void {
  const text = query.get('X-Amz-Expires') ?? '';
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > maxExpirySeconds) throw new S3Error(400, 'AuthorizationQueryParametersError');
  const signedAtMs = instantMs(claim.date);
  if (nowMs > signedAtMs + seconds * 1_000) throw denied('Request has expired');
  assertSkew(signedAtMs - nowMs);
}

function assertSkew(skewMs: number): void {
  if (skewMs > maxSkewMs) throw new S3Error(403, 'RequestTimeTooSkewed');
}

function instantMs(date: string): number {
  const instant = datePattern.test(date) ? Date.parse(date.replace(datePattern, '$1-$2-$3T$4:$5:$6Z')) : Number.NaN;
  if (Number.isNaN(instant)) throw denied('A valid X-Amz-Date is required');
  return instant;
}

function assertScope({ credential, date }: Claim, { credentials, region }: SignaturePolicy): void {
  const [keyId, ...scope] = credential.split('/');
  if (keyId !== credentials.accessKeyId) throw new S3Error(403, 'InvalidAccessKeyId');
  if (scope.join('/') !== scopeOf(date, region))
    throw new S3Error(403, 'SignatureDoesNotMatch', 'The credential scope is wrong');
}

/** An amz header that is not signed could be added by whoever holds the URL. */
function assertHeadersSigned({ headers }: S3Request, { signedHeaders }: Claim): void {
  const mustBeSigned = [...headers.keys()].filter((name) => name === 'host' || name.startsWith('x-amz-'));
  if (!headers.has('host') || !mustBeSigned.every((name) => signedHeaders.includes(name))) {
    throw denied('There were headers present in the request which were not signed');
  }
}

function expectedSignature(request: S3Request, claim: Claim, { credentials, region }: SignaturePolicy): string {
  const text = [algorithm, claim.date, scopeOf(claim.date, region), sha256Hex(canonicalRequest(request, claim))].join(
    '\n',
  );
  let key: Buffer | string = `AWS4${credentials.secretAccessKey}`;
  for (const part of scopeOf(claim.date, region).split('/')) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(text).digest('hex');
}

function canonicalRequest(
  { method, rawPath, query, headers }: S3Request,
  { signedHeaders, payloadHash }: Claim,
): string {
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)]);
  const canonicalQuery = pairs.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)).map((pair) => pair.join('='));
  return [
    method,
    rawPath
      .split('/')
      .map((segment) => encode(decode(segment)))
      .join('/'),
    canonicalQuery.join('&'),
    ...signedHeaders.map((name) => `${name}:${(headers.get(name) ?? '').trim().replace(/[ \t]+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

function scopeOf(date: string, region: string): string {
  return `${date.slice(0, 8)}/${region}/s3/aws4_request`;
}

/** RFC 3986 §2.3: everything but letters, digits and -._~ */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function denied(message: string): S3Error {
  return new S3Error(403, 'AccessDenied', message);
}
