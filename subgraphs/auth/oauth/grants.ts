import type Provider from 'oidc-provider';
import { type Client, type Grant, type KoaContextWithOIDC } from 'oidc-provider';
import { isUniqueViolation, retryStale } from '#shared/database';
import { newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { type Device, deviceOf } from '../sessions/device';
import { type Amr } from '../mfa/mfa.codes';
import { type Session } from '../sessions/session.entity';
import { startSession, type SessionWork } from '../sessions/session.service';
import { type Person } from '../tokens/person';
import { type PersonAccount } from './account';
import { ClientConsent } from './client-consent.entity';
import { entitledScopesOf, organisationIdOf, partsOf, productIdOf } from './engine-client';
import { type OAuthRecords } from './records';
import { entitledScopes, identityScopes } from './scope.policy';

export interface GrantParts {
  readonly work: SessionWork;
  readonly records: OAuthRecords;
  readonly resource: string;
}

export interface GrantWanted {
  readonly provider: Provider;
  readonly client: Client;
  readonly person: Person;
  /** What is granted: no more than the person and the client may have is put into it, whatever is asked here. */
  readonly scopes: readonly string[];
  readonly methods: readonly Amr[];
  readonly authenticatedAt: Date;
  readonly browserUid: string | null;
  readonly device: Device | null;
}

export interface OpenedGrant {
  readonly grant: Grant;
  readonly grantId: string;
  readonly session: Session;
  /** As granted. */
  readonly scopes: readonly string[];
}

/** Makes a grant and the session that goes with it: one sign-in, one family of tokens, one line in the list of sessions. */
export async function openGrant({ work, records, resource }: GrantParts, wanted: GrantWanted): Promise<OpenedGrant> {
  const { provider, client, person, methods, authenticatedAt, browserUid, device } = wanted;
  if (person.organisationId !== organisationIdOf(client)) throw new Error('A client acts at its own organisation');
  const { granted, refused } = splitScopes(client, person, wanted.scopes);
  const identity = granted.filter(isIdentityScope);
  const grant = new provider.Grant({ accountId: person.user.id, clientId: client.clientId });
  if (identity.length > 0) grant.addOIDCScope(identity);
  if (granted.length > 0) grant.addResourceScope(resource, [...granted]);
  // The engine asks again for what was neither granted nor refused.
  if (refused.length > 0) grant.rejectResourceScope(resource, [...refused]);
  const grantId = await grant.save();
  const session = await startSession(work, {
    ...{ person, methods, authenticatedAt, device, clientId: client.clientId },
    productId: productIdOf(client),
    grantHash: await records.grantHash(grantId),
    browserHash: browserUid === null ? null : await records.browserHash(browserUid),
  });
  return { grant, grantId, session, scopes: granted };
}

/** What a person may grant to a client of what it asks for. */
export function splitScopes(
  client: Client,
  person: Person,
  asked: readonly string[],
): { readonly granted: readonly string[]; readonly refused: readonly string[] } {
  const entitled = entitledScopesOf(client);
  const may = new Set<string>([
    ...identityScopes,
    ...entitledScopes({ client: entitled, product: entitled, person: person.scopes }),
  ]);
  return { granted: asked.filter((scope) => may.has(scope)), refused: asked.filter((scope) => !may.has(scope)) };
}

function isIdentityScope(scope: string): boolean {
  return (identityScopes as readonly string[]).includes(scope);
}

/**
 * The grant an authorization request goes on with: the one just consented to, or a new one when the person has allowed
 * this client as much before. Each authorization has a grant of its own, so that ending one ends no other.
 */
export async function existingGrant(parts: GrantParts, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { result, provider } = ctx.oidc;
  const consented = result?.consent?.grantId;
  return consented === undefined ? grantWithoutAsking(parts, ctx) : provider.Grant.find(consented);
}

async function grantWithoutAsking(parts: GrantParts, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, session, provider, account, params = {} } = ctx.oidc;
  if (!client || !account || !session || partsOf(params['prompt']).includes('consent')) return undefined;
  const { person } = account as PersonAccount;
  const scopes = partsOf(params['scope']);
  const { granted } = splitScopes(client, person, scopes);
  const { system, at } = parts.work;
  if (!(await hasConsented(system, { person, clientId: client.clientId, scopes: granted, at }))) return undefined;
  const { grant } = await openGrant(parts, {
    ...{ provider, client, person, scopes, methods: methodsOf(session.amr) },
    authenticatedAt: new Date((session.authTime() ?? 0) * 1_000),
    ...{ browserUid: session.uid, device: deviceOf(ctx.req) },
  });
  return grant;
}

export function methodsOf(amr: readonly string[] | undefined): Amr[] {
  return [...(amr ?? [])] as Amr[];
}

interface Consent {
  readonly person: Person;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly at: Date;
}

async function hasConsented(system: SystemAccess, { person, clientId, scopes, at }: Consent): Promise<boolean> {
  if (scopes.length === 0) return false;
  const consent = await system.unitFor(person, at).findBy(ClientConsent, { userId: person.user.id, clientId });
  const allowed = new Set(consent?.scopes);
  return scopes.every((scope) => allowed.has(scope));
}

/** Remembers what a person has allowed a client, beside what they allowed it before. */
export async function rememberConsent(system: SystemAccess, { person, clientId, scopes, at }: Consent): Promise<void> {
  const { id: userId } = person.user;
  await retryStale(
    () =>
      system.unitFor(person, at).transaction(async (tx) => {
        const earlier = await tx.findBy(ClientConsent, { userId, clientId });
        const all = [...new Set([...(earlier?.scopes ?? []), ...scopes])];
        if (!earlier) await tx.create(ClientConsent, { id: newId('ccn'), userId, clientId, scopes: all });
        else await tx.save(Object.assign(earlier, { scopes: all }));
      }),
    isUniqueViolation,
  );
}
