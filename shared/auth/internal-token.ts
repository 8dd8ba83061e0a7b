import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, jwtVerify } from 'jose';
import { z } from 'zod';
import { UnauthenticatedError } from '#shared/errors';
import { regions } from '#shared/region';
import { type Actor } from './actor';
import { isScope } from './scopes';

const lifetimeSeconds = 60;

/** One process's name and key. Its name is the `kid`, so a signature says who made it. */
export interface InternalSigner {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** Who may speak inside the platform: public keys by name (`gateway`, `service:reviews`, …). */
export type InternalKeys = ReadonlyMap<string, KeyObject>;

const actorSchema = z.object({
  kind: z.enum(['user', 'client', 'service']),
  subject: z.string(),
  userId: z.string().nullable(),
  clientId: z.string().nullable(),
  organisationId: z.string(),
  region: z.enum(regions),
  scopes: z.array(z.string()),
  roles: z.array(z.string()),
  patientIds: z.array(z.string()),
  practitionerId: z.string().nullable(),
  act: z.object({ subject: z.string(), clientId: z.string().nullable() }).nullable(),
  breakGlassGrantId: z.string().nullable(),
  breakGlassPatientId: z.string().optional(),
  expiresAt: z.number(),
  token: z.object({ id: z.string(), sessionId: z.string().nullable(), issuedAtMs: z.number() }).optional(),
});

const contextSchema = z.object({ actor: actorSchema.nullable() });

/**
 * Signs who is asking, for one audience and at most 60 s (`typ: actor+jwt`, EdDSA).
 * The gateway signs for subgraphs; a service signs for the gateway when it reads the supergraph by itself.
 */
export async function signActorContext(signer: InternalSigner, actor: Actor | null, audience: string): Promise<string> {
  const claim = actor && claimOf(actor);
  return new SignJWT({ actor: claim })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'actor+jwt', kid: signer.name })
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${String(lifetimeSeconds)}s`)
    .sign(signer.privateKey);
}

function claimOf({ limits: _limits, scopes, expiresAt, ...rest }: Actor): object {
  return { ...rest, scopes: [...scopes], expiresAt: expiresAt.getTime() };
}

export interface VerifiedActorContext {
  /** Null for a request without a token: sign-in, public keys. */
  readonly actor: Actor | null;
  /** Whose key signed it. */
  readonly signedBy: string;
}

/** @throws {DomainError} UNAUTHENTICATED unless a known key signed it for this audience within the last minute. */
export async function verifyActorContext(
  keys: InternalKeys,
  token: string,
  audience: string,
): Promise<VerifiedActorContext> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, ({ kid = '' }) => findKey(keys, kid), {
      audience,
      algorithms: ['EdDSA'],
      typ: 'actor+jwt',
      maxTokenAge: lifetimeSeconds,
      clockTolerance: 5,
      requiredClaims: ['exp'],
    });
    const { actor } = contextSchema.parse(payload);
    return { actor: actor && readActor(actor), signedBy: protectedHeader.kid ?? '' };
  } catch (cause) {
    throw new UnauthenticatedError(cause instanceof UnauthenticatedError ? cause.message : 'Only the gateway may ask');
  }
}

function readActor(actor: z.infer<typeof actorSchema>): Actor {
  const { scopes, expiresAt, token, breakGlassPatientId, ...rest } = actor;
  return {
    ...{ ...rest, scopes: new Set(scopes.filter(isScope)), expiresAt: new Date(expiresAt) },
    ...(token && { token }),
    ...(breakGlassPatientId !== undefined && { breakGlassPatientId }),
  };
}

function findKey(keys: InternalKeys, kid: string): KeyObject {
  const key = keys.get(kid);
  if (!key) throw new UnauthenticatedError('Only the gateway may ask');
  return key;
}

/** Fresh keys for every name, as one process of a single-machine platform makes them at start-up. */
export function generateInternalKeys(names: readonly string[]): {
  signers: Map<string, InternalSigner>;
  keys: InternalKeys;
} {
  const pairs = names.map((name) => ({ name, ...generateKeyPairSync('ed25519') }));
  return {
    signers: new Map(pairs.map(({ name, privateKey }) => [name, { name, privateKey }])),
    keys: new Map(pairs.map(({ name, publicKey }) => [name, publicKey])),
  };
}

/** PKCS#8 in base64, as an environment variable carries it. */
export function exportSigner(signer: InternalSigner): string {
  return signer.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
}

export function importSigner(name: string, privateKey: string): InternalSigner {
  return {
    name,
    privateKey: createPrivateKey({ key: Buffer.from(privateKey, 'base64'), type: 'pkcs8', format: 'der' }),
  };
}

/** `{ name: SPKI in base64 }` as JSON, as an environment variable carries it. */
export function exportKeys(keys: InternalKeys): string {
  const encode = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');
  return JSON.stringify(Object.fromEntries([...keys].map(([name, key]) => [name, encode(key)])));
}

export function importKeys(json: string): InternalKeys {
  const encoded = z.record(z.string(), z.string()).parse(JSON.parse(json));
  return new Map(
    Object.entries(encoded).map(([name, spki]) => [
      name,
      createPublicKey({ key: Buffer.from(spki, 'base64'), type: 'spki', format: 'der' }),
    ]),
  );
}
