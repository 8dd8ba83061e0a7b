import { importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { ApiClient } from '../clients/client.entity';
import { ClientSettings } from './client-settings.entity';
import { type ClientMetadata, type ClientMetadataInput } from './client-settings.types';

const maxUris = 20;
const maxUriLength = 1_000;
const maxKeys = 10;
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** How a client speaks OAuth; what holds for all of them when nothing was set. */
export async function metadataOf(unit: UnitOfWork, { id }: ApiClient): Promise<ClientMetadata> {
  const settings = await unit.find(ClientSettings, id);
  const { authMethod, redirectUris, postLogoutRedirectUris, jwks } = settings ?? {
    ...({ authMethod: 'CLIENT_SECRET', redirectUris: [], postLogoutRedirectUris: [], jwks: null } as const),
  };
  return {
    authMethod,
    redirectUris: [...redirectUris],
    postLogoutRedirectUris: [...postLogoutRedirectUris],
    jwks,
  };
}

/** @throws {DomainError} BAD_USER_INPUT naming the part at fault; ILLEGAL_TRANSITION for a revoked client; NOT_FOUND. */
export async function setClientMetadata(unit: UnitOfWork, id: string, input: ClientMetadataInput): Promise<ApiClient> {
  const values = {
    authMethod: input.authMethod,
    redirectUris: parseUris(input.redirectUris, 'redirectUris'),
    postLogoutRedirectUris: parseUris(input.postLogoutRedirectUris, 'postLogoutRedirectUris'),
    jwks: input.authMethod === 'PRIVATE_KEY_JWT' ? await parseKeys(input.jwks) : null,
  };
  return unit.transaction(async (tx) => {
    const client = await tx.get(ApiClient, id);
    client.assertChangeable();
    const settings = await tx.find(ClientSettings, id);
    if (settings) await tx.save(Object.assign(settings, values));
    else await tx.create(ClientSettings, { id, ...values });
    return client;
  });
}

function parseUris(uris: readonly string[], field: string): string[] {
  if (uris.length > maxUris) throw refusal(`At most ${String(maxUris)} addresses`, field);
  if (!uris.every(isSafeUri))
    throw refusal('An address is https, or http on this machine, without fragment or credentials', field);
  return [...new Set(uris)];
}

/** RFC 9700 §2.1 and RFC 8252 §7.3: https, or http to the machine itself. */
function isSafeUri(uri: string): boolean {
  if (uri.length > maxUriLength || uri.includes('#') || !URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname));
}

const keySchema = z.object({
  keys: z
    .array(z.looseObject({ kty: z.enum(['EC', 'OKP', 'RSA']), kid: z.string().min(1) }))
    .min(1)
    .max(maxKeys),
});
/** RFC 7518 §6.2.2 and §6.3.2: what only the owner of a key may have. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

async function parseKeys(jwks: unknown): Promise<{ keys: JWK[] }> {
  const parsed = keySchema.safeParse(jwks);
  if (!parsed.success) throw refusal('A JWK set has 1 to 10 keys with kty and kid', 'jwks');
  const { keys } = parsed.data;
  for (const key of keys) {
    if (privateMembers.some((member) => member in key)) throw refusal('These must be public keys only', 'jwks');
    await importJWK(key, algorithmOf(key)).catch(() => {
      throw refusal('This is not a key', 'jwks');
    });
  }
  return { keys };
}

function algorithmOf({ kty }: JWK): string {
  return kty === 'EC' ? 'ES256' : kty === 'OKP' ? 'EdDSA' : 'RS256';
}

function refusal(message: string, field: string): InputError {
  return new InputError(message, ['input', field]);
}
