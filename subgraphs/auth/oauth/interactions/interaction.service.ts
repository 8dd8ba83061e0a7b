import type Provider from 'oidc-provider';
import { type Client, type Interaction, type InteractionResults } from 'oidc-provider';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type SystemAccess } from '#shared/subgraph';
import { isScope } from '#shared/auth';
import { DomainError, unreachable } from '#shared/errors';
import { type AuthenticatedPerson } from '../../logins/authenticated-person';
import { signIn } from '../../logins/login.service';
import { completeMfa } from '../../logins/second-factor.service';
import { type OpenChallenge } from '../../mfa/challenge.service';
import { type FactorProof } from '../../mfa/factor.service';
import { type MfaKind } from '../../mfa/mfa.codes';
import { type AuthPorts } from '../../ports';
import { type AuthMethod, Product } from '../../products/product.entity';
import { scopeOf } from '../../scopes/scope.types';
import { deviceOf } from '../../sessions/device';
import { type SessionWork } from '../../sessions/session.service';
import { findPerson, type Person } from '../../tokens/person';
import { clientView } from '../engine-pages';
import { organisationIdOf, partsOf, productIdOf } from '../engine-client';
import { methodsOf, openGrant, rememberConsent, splitScopes } from '../grants';
import { paths } from '../paths';
import { apiResource } from '../resource-server';
import { type Refusal, type ScopeView, type View } from './view';

/** An authorization that waits for a person: found by the cookie of their browser. */
export interface PendingInteraction {
  readonly provider: Provider;
  readonly interaction: Interaction;
  readonly client: Client;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface InteractionWork extends SessionWork {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
}

/** What has been done: the browser goes on to `returnTo`, or is shown a view (again). */
export type Outcome = { readonly returnTo: string } | { readonly view: View };

/** What the person has to be shown. */
export async function dueView(work: InteractionWork, pending: PendingInteraction): Promise<View> {
  switch (pending.interaction.prompt.name) {
    case 'login':
      return signInView(pending, null);
    case 'consent':
      return consentView(work, pending);
    default:
      return { kind: 'ERROR', code: 'invalid_request', description: 'there is nothing to do here' };
  }
}

/** The first step of a sign-in: finishes it, asks for the second step, or shows the form again. */
export async function submitSignIn(
  work: InteractionWork,
  pending: PendingInteraction,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<Outcome> {
  const product = await productOf(work, pending.client);
  try {
    const signedIn = await signIn(work, { email, password, product: { id: product.id }, method: methodOf(product) });
    switch (signedIn.kind) {
      case 'person':
        // A second factor is enrolled by `login` first: no client gets a token on a password alone where two are wanted.
        if (signedIn.person.mustEnrolMfa) return { view: signInView(pending, 'CREDENTIALS') };
        return await finishSignIn(pending, signedIn.person);
      case 'challenge':
        return { view: secondFactorView(pending, signedIn.challenge, null) };
      // Never: a product belongs to one organisation, so nobody need be asked which.
      case 'choice':
        return { view: signInView(pending, 'CREDENTIALS') };
      default:
        return unreachable(signedIn);
    }
  } catch (error) {
    return { view: signInView(pending, refusalOf(error)) };
  }
}

export interface SecondFactor {
  /** As the view has given it. */
  readonly challengeId: string;
  readonly kinds: readonly MfaKind[];
  readonly proof: FactorProof;
}

/** The second step: finishes the sign-in, or asks again; once the challenge is over, from the beginning. */
export async function submitSecondFactor(
  work: InteractionWork,
  pending: PendingInteraction,
  { challengeId: id, kinds, proof }: SecondFactor,
): Promise<Outcome> {
  const product = await productOf(work, pending.client);
  try {
    return await finishSignIn(pending, await completeMfa(work, id, { ...proof, method: methodOf(product) }));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === 'EXPIRED') return { view: signInView(pending, refusal) };
    return { view: secondFactorView(pending, { id, kinds }, refusal === 'CREDENTIALS' ? 'CODE' : refusal) };
  }
}

function finishSignIn(
  pending: PendingInteraction,
  { user, amr, authenticatedAt }: AuthenticatedPerson,
): Promise<Outcome> {
  const ts = Math.floor(authenticatedAt.getTime() / 1_000);
  return finish(pending, { login: { accountId: user.id, amr: [...amr], ts, remember: true } });
}

function productOf({ system }: InteractionWork, client: Client): Promise<Product> {
  return system.source.getRepository(Product).findOneByOrFail({ id: productIdOf(client) });
}

/** The way of signing in that the product must allow for its people to be asked here. */
function methodOf({ authMethods }: Product): AuthMethod {
  return authMethods.includes('AUTHORIZATION_CODE_PKCE') ? 'AUTHORIZATION_CODE_PKCE' : 'DEVICE_CODE';
}

/** @throws what is no refusal */
function refusalOf(error: unknown): Refusal {
  const code = error instanceof DomainError ? error.code : null;
  switch (code) {
    case 'INVALID_CREDENTIALS':
    case 'BAD_USER_INPUT':
      return 'CREDENTIALS';
    case 'CHALLENGE_EXPIRED':
      return 'EXPIRED';
    case 'RATE_LIMITED':
      return 'TOO_MANY_ATTEMPTS';
    default:
      throw error;
  }
}

/** The person allows what the consent page has listed. */
export async function submitConsent(work: InteractionWork, pending: PendingInteraction): Promise<Outcome> {
  const { provider, client, interaction, request } = pending;
  const person = await personOf(work, pending);
  if (!person) return { view: signInView(pending, null) };
  const { records, resource } = {
    records: work.ports.oauth.records(work.system),
    resource: apiResource(work.ports.config),
  };
  const { grantId, scopes } = await openGrant(
    { work, records, resource },
    {
      ...{ provider, client, person, scopes: askedScopes(interaction), device: deviceOf(request) },
      ...(await signInOf(provider, interaction, work.at)),
    },
  );
  await rememberConsent(work.system, { person, clientId: client.clientId, scopes, at: work.at });
  return finish(pending, { consent: { grantId } });
}

/** The person does not go on: the client is told so (RFC 6749 §4.1.2.1). */
export function cancel(pending: PendingInteraction): Promise<Outcome> {
  return finish(pending, { error: 'access_denied', error_description: 'the person has refused' });
}

async function finish(
  { provider, request, response }: PendingInteraction,
  result: InteractionResults,
): Promise<Outcome> {
  return { returnTo: await provider.interactionResult(request, response, result) };
}

function signInView({ client, interaction }: PendingInteraction, refusal: Refusal | null): View {
  const { params, uid } = interaction;
  const loginHint = typeof params['login_hint'] === 'string' ? params['login_hint'] : null;
  return {
    ...{ kind: 'SIGN_IN', action: actionOf(uid, 'sign-in'), hidden: {}, loginHint, refusal },
    ...{ client: clientView(client, params['redirect_uri']), cancelAction: actionOf(uid, 'cancel') },
  };
}

function secondFactorView(
  { client, interaction }: PendingInteraction,
  { id, kinds }: Pick<OpenChallenge, 'id' | 'kinds'>,
  refusal: Refusal | null,
): View {
  const { params, uid } = interaction;
  return {
    ...{ kind: 'MFA', action: actionOf(uid, 'second-factor'), hidden: { challenge: id, kinds: kinds.join(' ') } },
    ...{ client: clientView(client, params['redirect_uri']), cancelAction: actionOf(uid, 'cancel'), kinds, refusal },
  };
}

async function consentView(work: InteractionWork, pending: PendingInteraction): Promise<View> {
  const { client, interaction } = pending;
  const person = await personOf(work, pending);
  if (!person) return signInView(pending, null);
  const { granted } = splitScopes(client, person, askedScopes(interaction));
  const { firstName, lastName } = person.user;
  return {
    ...{ kind: 'CONSENT', action: actionOf(interaction.uid, 'consent'), hidden: {} },
    ...{ client: clientView(client, interaction.params['redirect_uri']), scopes: granted.map(scopeView) },
    personName: [firstName, lastName].filter((part) => part !== null).join(' '),
    cancelAction: actionOf(interaction.uid, 'cancel'),
  };
}

const identityScopeViews: Readonly<Record<string, string>> = {
  openid: 'Know that it is you',
  profile: 'See your name',
  email: 'See your e-mail address',
};

function scopeView(name: string): ScopeView {
  if (!isScope(name)) return { name, description: identityScopeViews[name] ?? name, phi: false };
  const { description, phi } = scopeOf(name);
  return { name, description, phi };
}

function askedScopes({ params }: Interaction): string[] {
  return partsOf(params['scope']);
}

/** The person of the browser, at the organisation of the client. */
async function personOf(work: InteractionWork, { client, interaction }: PendingInteraction): Promise<Person | null> {
  const { session } = interaction;
  return session ? findPerson(work, { userId: session.accountId, organisationId: organisationIdOf(client) }) : null;
}

/** How and when the person has signed in at this browser. */
async function signInOf(
  provider: Provider,
  { session }: Interaction,
  at: Date,
): Promise<{ methods: ReturnType<typeof methodsOf>; authenticatedAt: Date; browserUid: string | null }> {
  const browser = session ? await provider.Session.findByUid(session.uid) : undefined;
  const seconds = browser?.loginTs;
  return {
    methods: methodsOf(browser?.amr),
    authenticatedAt: seconds === undefined ? at : new Date(seconds * 1_000),
    browserUid: session?.uid ?? null,
  };
}

function actionOf(uid: string, act: string): string {
  return `${paths.interaction}/${uid}/${act}`;
}
