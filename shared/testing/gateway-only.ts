import { createSecretKey } from 'node:crypto';
import {
  type GraphQLFormattedError,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isRequiredArgument,
} from 'graphql';
import { SignJWT, UnsecuredJWT } from 'jose';
import { type AccessRules, type InternalSigner, generateInternalKeys, signActorContext } from '#shared/auth';
import { createLogger } from '#shared/logging';
import { RegionWall } from '#shared/region';
import { type RunningSubgraph, type ServedSubgraph, serveSubgraph } from '#shared/subgraph';
import { actorOf, testOrganisation } from './actors';

const platform = generateInternalKeys(['gateway', 'service:reviews']);
const otherPlatform = generateInternalKeys(['gateway']);

interface Forgery {
  /** Null: for nobody in particular. */
  readonly audience: string | null;
  readonly by?: InternalSigner;
  readonly issuedSecondsAgo?: number | null;
  readonly expiresInSeconds?: number | null;
  readonly typ?: string;
}

/** Contexts that the gateway does not send, or does not send any more. */
const forgeries: readonly [string, (subgraph: string) => Promise<string> | string][] = [
  ['of no form', () => 'a.b.c'],
  ['without a signature', (audience) => new UnsecuredJWT({ actor: null }).setAudience(audience).setIssuedAt().encode()],
  ['signed with a secret', (audience) => signedWithSecret(audience)],
  ['signed by a service', (audience) => forged({ audience, by: keyOf('service:reviews') })],
  [
    'signed by a service in the name of the gateway',
    (audience) => forged({ audience, by: { ...keyOf('service:reviews'), name: 'gateway' } }),
  ],
  [
    'signed by the gateway of another platform',
    (audience) => forged({ audience, by: keyOf('gateway', otherPlatform) }),
  ],
  ['signed by somebody unknown', (audience) => forged({ audience, by: { ...keyOf('gateway'), name: 'gateway-2' } })],
  ['for another subgraph', () => forged({ audience: 'another-subgraph' })],
  ['for the gateway itself', () => forged({ audience: 'gateway' })],
  ['for nobody in particular', () => forged({ audience: null })],
  ['that has expired', (audience) => forged({ audience, issuedSecondsAgo: 50, expiresInSeconds: -10 })],
  ['that is played again after a minute', (audience) => forged({ audience, issuedSecondsAgo: 70 })],
  ['of unknown age', (audience) => forged({ audience, issuedSecondsAgo: null })],
  ['without an end', (audience) => forged({ audience, expiresInSeconds: null })],
  ['of another kind of token', (audience) => forged({ audience, typ: 'at+jwt' })],
];

const questions: readonly [string, string][] = [
  ['anything', '{ __typename }'],
  ['its schema', '{ _service { sdl } }'],
  ['an entity', '{ _entities(representations: [{ __typename: "Patient", id: "none" }]) { __typename } }'],
];

interface Options {
  readonly running: () => RunningSubgraph;
  readonly rules: () => AccessRules;
}

/** Over HTTP a subgraph answers nobody but the gateway, and enforces again what the gateway enforces. */
export function describeGatewayOnly({ running, rules }: Options): void {
  describe('over HTTP', () => {
    let served: ServedSubgraph;
    let executed = 0;
    beforeAll(async () => {
      const subject = running();
      const counted: RunningSubgraph = {
        ...subject,
        execute: (request) => {
          executed += 1;
          return subject.execute(request);
        },
      };
      served = await serveSubgraph(counted, {
        ...{ host: '127.0.0.1', port: 0 },
        internalKeys: platform.keys,
        region: new RegionWall('UK'),
        log: createLogger('silent'),
      });
    });
    afterAll(() => served.close());
    beforeEach(() => {
      executed = 0;
    });

    async function expectRefused(headers: Readonly<Record<string, string>>): Promise<void> {
      for (const [what, query] of questions) {
        const { status, data, codes } = await ask(served.url, query, headers);
        expect([what, status, data, codes]).toEqual([what, 401, undefined, ['UNAUTHENTICATED']]);
      }
      expect(executed).toBe(0);
    }

    test('answers nobody without a context', () => expectRefused({}));

    test('takes no context from where tokens of callers are', async () => {
      const token = await forged({ audience: running().name });
      await expectRefused({ authorization: `Bearer ${token}` });
      await expectRefused({ authorization: `Service ${token}` });
    });

    test.each(forgeries)('answers no context %s', async (...[, forge]) => {
      await expectRefused({ 'x-actor-context': await forge(running().name) });
    });

    test('answers the gateway', async () => {
      const context = await signActorContext(keyOf('gateway'), null, running().name);
      const { status, data } = await ask(served.url, '{ _service { sdl } }', { 'x-actor-context': context });
      expect([status, data]).toEqual([200, { _service: { sdl: expect.any(String) as unknown } }]);
    });

    test.each(['nobody', 'somebody without scopes'])(
      'refuses again what the gateway should have cut: %s',
      async (who) => {
        const actor = who === 'nobody' ? null : actorOf(testOrganisation(), { scopes: [] });
        const context = await signActorContext(keyOf('gateway'), actor, running().name);
        const asked = protectedSelections(running().schema, rules());
        expect(asked).not.toHaveLength(0);
        for (const query of asked) {
          const { data, codes } = await ask(served.url, query, { 'x-actor-context': context });
          expect([query, data ?? null, codes]).toEqual([query, null, [actor ? 'FORBIDDEN' : 'UNAUTHENTICATED']]);
        }
      },
    );
  });
}

function keyOf(name: string, { signers } = platform): InternalSigner {
  const signer = signers.get(name);
  if (!signer) throw new Error(`There is no key of ${name}`);
  return signer;
}

async function forged({ audience, by = keyOf('gateway'), typ = 'actor+jwt', ...times }: Forgery): Promise<string> {
  const { issuedSecondsAgo = 0, expiresInSeconds = 60 } = times;
  const now = Math.floor(Date.now() / 1_000);
  const token = new SignJWT({ actor: null }).setProtectedHeader({ alg: 'EdDSA', typ, kid: by.name });
  if (audience !== null) token.setAudience(audience);
  if (issuedSecondsAgo !== null) token.setIssuedAt(now - issuedSecondsAgo);
  if (expiresInSeconds !== null) token.setExpirationTime(now + expiresInSeconds);
  return token.sign(by.privateKey);
}

/** The public key is no secret: a signature made with it as if it were one must count for nothing. */
async function signedWithSecret(audience: string): Promise<string> {
  const publicKey = platform.keys.get('gateway')?.export({ type: 'spki', format: 'der' });
  return new SignJWT({ actor: null })
    .setProtectedHeader({ alg: 'HS256', typ: 'actor+jwt', kid: 'gateway' })
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(createSecretKey(publicKey ?? Buffer.alloc(0)));
}

/** Every field with a rule of scopes that can be asked for without arguments: of the roots, and of entities. */
function protectedSelections(schema: GraphQLSchema, rules: AccessRules): string[] {
  const needsScopes = (type: string, field: string): boolean =>
    [rules.ofType(type), rules.ofField(type, field)].some((rule) => rule !== null && rule.alternatives.length > 0);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!('getFields' in type) || !('isTypeOf' in type)) return [];
    const { name } = type;
    const isRoot = type === schema.getQueryType();
    if (!isRoot && !isEntity(schema, name)) return [];
    return Object.values(type.getFields())
      .filter((field) => needsScopes(name, field.name) && !field.args.some(isRequiredArgument))
      .map((field) => {
        const selection = field.name + (isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '');
        if (isRoot) return `{ ${selection} }`;
        return `{ _entities(representations: [{ __typename: "${name}", id: "none" }]) { ... on ${name} { ${selection} } } }`;
      });
  });
}

function isEntity(schema: GraphQLSchema, name: string): boolean {
  const union = schema.getType('_Entity');
  return union !== undefined && 'getTypes' in union && union.getTypes().some((type) => type.name === name);
}

interface SubgraphReply {
  readonly status: number;
  readonly data?: unknown;
  readonly codes: readonly unknown[];
}

async function ask(url: string, query: string, headers: Readonly<Record<string, string>>): Promise<SubgraphReply> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { data, errors = [] } = (await response.json()) as { data?: unknown; errors?: GraphQLFormattedError[] };
  return { status: response.status, data, codes: errors.map(({ extensions }) => extensions?.['code']) };
}
