import { type Chance } from './chance';
import { document } from './documents';
import { json, name, oddity, text } from './words';

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | null;
}

/** Headers that prove somebody. */
export interface Credentials {
  readonly bearer: string;
  readonly poor: string;
}

const jsonType = { 'content-type': 'application/json' };

export function request(chance: Chance, credentials: Credentials): FuzzRequest {
  const kind = chance.below(20);
  if (kind < 13) return post(withCaller(chance, credentials), JSON.stringify(parameters(chance)));
  if (kind < 16) return post(withCaller(chance, credentials), brokenBody(chance));
  if (kind < 18) return oddHeaders(chance, credentials);
  return oddAddress(chance, credentials);
}

function post(headers: Record<string, string>, body: string | Buffer): FuzzRequest {
  return { method: 'POST', path: '/graphql', headers, body: Buffer.from(body) };
}

function withCaller(chance: Chance, { bearer, poor }: Credentials): Record<string, string> {
  const kind = chance.below(4);
  return kind === 0 ? jsonType : { ...jsonType, authorization: kind === 1 ? poor : bearer };
}

/** The parts of a body, and how often each is there. A later one replaces an earlier one of its name. */
const parts: readonly { key: string; probability: number; make: (chance: Chance) => unknown }[] = [
  { key: 'query', probability: 1, make: document },
  { key: 'variables', probability: 0.4, make: variables },
  { key: 'variables', probability: 0.15, make: json },
  { key: 'operationName', probability: 0.08, make: name },
  { key: 'operationName', probability: 0.08, make: json },
  { key: 'extensions', probability: 0.08, make: persisted },
  { key: 'extensions', probability: 0.08, make: json },
  { key: 'documentId', probability: 0.03, make: (chance) => `sha256:${text(chance)}` },
  { key: 'documentId', probability: 0.03, make: json },
  { key: 'query', probability: 0.05, make: json },
];

/** A request that is JSON and has some of the right names in it. */
function parameters(chance: Chance): unknown {
  if (chance.is(0.03)) return json(chance);
  const body = Object.fromEntries(
    parts.filter(({ probability }) => chance.is(probability)).map(({ key, make }) => [key, make(chance)]),
  );
  return chance.is(0.02) ? [body, body] : body;
}

function variables(chance: Chance): object {
  const value = (): unknown => (chance.is(0.3) ? text(chance) : json(chance, 2));
  return { id: value(), n: value(), t: value(), yes: value(), ...(chance.is(0.1) && { __proto__: value() }) };
}

function persisted(chance: Chance): object {
  const sha256Hash = chance.is(0.5) ? 'a'.repeat(64) : json(chance);
  return { persistedQuery: { version: json(chance, 0), sha256Hash } };
}

function brokenBody(chance: Chance): Buffer | string {
  const whole = JSON.stringify({ query: document(chance), variables: json(chance) });
  const at = chance.below(whole.length);
  switch (chance.below(8)) {
    case 0:
      return whole.slice(0, at);
    case 1:
      return whole.slice(0, at) + oddity(chance) + whole.slice(at);
    case 2:
      return Buffer.from(Array.from({ length: 1 + chance.below(60) }, () => chance.below(256)));
    case 3:
      return `{"query":"{ ping }","variables":${'{"a":'.repeat(chance.below(5_000))}1`;
    case 4:
      return `{"query":"{ ping }","variables":{"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}}`;
    case 5:
      return `{"query":"{ ping }","query":${JSON.stringify(json(chance))}}`;
    case 6:
      return Buffer.concat([
        Buffer.from('{"query":"{ ping # '),
        Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
        Buffer.from('\\n}"}'),
      ]);
    default:
      return `\uFEFF${whole}`;
  }
}

const schemes = ['Bearer', 'bearer', 'Basic', 'Service', 'DPoP', ''];

function oddHeaders(chance: Chance, { bearer }: Credentials): FuzzRequest {
  const [algorithm, payload] = [{ alg: 'none' }, { sub: 'usr_1', exp: 9e9, iss: 'x' }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const forged = `${String(algorithm)}.${String(payload)}.`;
  const tokens = [forged, `${forged}AAAA`, bearer.slice(7, -3), 'a.b.c', 'x'.repeat(12_000), '', ascii(text(chance))];
  const odd: Record<string, string> = {
    authorization: `${chance.of(schemes)} ${chance.of(tokens)}`,
    accept: chance.of([
      'application/graphql-response+json',
      'text/html',
      '*/*;q=0',
      ';;;',
      ',',
      'application/json;q=x',
    ]),
    'content-type': chance.of(['text/plain', 'application/json; charset=latin1', 'multipart/form-data', ';', '']),
    'content-encoding': chance.of(['gzip', 'identity', 'br, br', 'x']),
    'x-correlation-id': ascii(text(chance)),
    origin: chance.of(['https://app.example', 'null', 'https://evil.example', '']),
    'x-forwarded-for': chance.of(['::1', '1.2.3.4, x', ','.repeat(500)]),
    'x-http-method-override': 'DELETE',
    'apollo-require-preflight': 'true',
    'if-none-match': chance.of(['*', '"a", W/"b"', '"']),
    traceparent: chance.of(['00-00000000000000000000000000000000-0000000000000000-00', 'x', '00-'.repeat(100)]),
  };
  const kept = Object.entries(odd).filter(() => chance.is(0.3));
  return post({ ...jsonType, ...Object.fromEntries(kept) }, JSON.stringify(parameters(chance)));
}

const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'TRACE'];
const paths = [
  '/graphql',
  '/graphql/',
  '/graphql%2f',
  '/GraphQL',
  '/',
  '/../../etc/passwd',
  '/health/ready',
  '/%',
  '/graphql#x',
];

function oddAddress(chance: Chance, credentials: Credentials): FuzzRequest {
  const search = ['query', 'variables', 'operationName', 'extensions', 'documentId', 'query']
    .filter(() => chance.is(0.5))
    .map((key) => `${key}=${escaped(chance, key === 'query' ? document(chance) : JSON.stringify(json(chance)))}`);
  const isPlain = chance.is(0.6);
  const path = `${isPlain ? '/graphql' : chance.of(paths)}?${search.join('&')}`.slice(0, 12_000);
  const headers = { ...withCaller(chance, credentials), 'apollo-require-preflight': 'true' };
  return { method: isPlain ? 'GET' : chance.of(methods), path, headers, body: null };
}

function escaped(chance: Chance, part: string): string {
  return chance.is(0.9) ? encodeURIComponent(Buffer.from(part).toString()) : part.replace(/[^!-~]|#/g, '%');
}

function ascii(part: string): string {
  return part.replace(/[^ -~]/g, '?').trim();
}
