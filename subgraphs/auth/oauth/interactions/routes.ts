import { type IncomingMessage, type ServerResponse } from 'node:http';
import { DomainError } from '#shared/errors';
import { readBody } from '#shared/subgraph';
import { type MfaKind, mfaKinds } from '../../mfa/mfa.codes';
import { pathOf, pinAddress, type EndpointContext } from '../http';
import { errors } from '../load-engine';
import { paths } from '../paths';
import {
  cancel,
  dueView,
  type InteractionWork,
  type Outcome,
  type PendingInteraction,
  type SecondFactor,
  submitConsent,
  submitSecondFactor,
  submitSignIn,
} from './interaction.service';
import { type View } from './view';

const maxFormBytes = 16_384;

/** `GET …/interaction/<uid>` shows what is due; `POST …/<uid>/<act>` does it. */
export async function answerInteraction(
  context: EndpointContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  pinAddress(request, context.ports.publicUrl());
  const [uid = '', act] = pathOf(request).slice(`${paths.interaction}/`.length).split('/');
  const { ports, system } = context;
  const work = { ports, system, at: new Date() };
  const pending = await findPending(context, request, response);
  const outcome = pending?.interaction.uid === uid ? await outcomeOf(work, pending, act) : { view: expired };
  if (outcome === null || 'view' in outcome) show(context, { request, response }, outcome?.view ?? unknown);
  else
    response.writeHead(303, { location: outcome.returnTo, 'cache-control': 'no-store', 'content-length': '0' }).end();
}

const expired: View = {
  kind: 'ERROR',
  code: 'interaction_expired',
  description: 'This sign-in has expired: begin again at the application',
};
const unknown: View = { kind: 'ERROR', code: 'not_found', description: 'There is no such page' };

/** @returns null for what there is not */
async function outcomeOf(
  work: InteractionWork,
  pending: PendingInteraction,
  act: string | undefined,
): Promise<Outcome | null> {
  const { method } = pending.request;
  if (act === undefined) return method === 'GET' ? { view: await dueView(work, pending) } : null;
  if (method !== 'POST') return null;
  const form = await readForm(pending.request);
  if (form === null) return null;
  return actOf(work, pending, { act: `${pending.interaction.prompt.name}:${act}`, form });
}

interface Submitted {
  /** `<what is due>:<what is done>`: nobody consents before they have signed in. */
  readonly act: string;
  readonly form: URLSearchParams;
}

function actOf(work: InteractionWork, pending: PendingInteraction, { act, form }: Submitted): Promise<Outcome> | null {
  switch (act) {
    case 'login:sign-in':
      return submitSignIn(work, pending, { email: form.get('email') ?? '', password: form.get('password') ?? '' });
    case 'login:second-factor':
      return submitSecondFactor(work, pending, secondFactorOf(form));
    case 'consent:consent':
      return submitConsent(work, pending);
    case 'login:cancel':
    case 'consent:cancel':
      return cancel(pending);
    default:
      return null;
  }
}

function secondFactorOf(form: URLSearchParams): SecondFactor {
  const isKind = (text: string): text is MfaKind => (mfaKinds as readonly string[]).includes(text);
  const kind = form.get('kind') ?? '';
  return {
    challengeId: form.get('challenge') ?? '',
    kinds: (form.get('kinds') ?? '').split(' ').filter(isKind),
    proof: { kind: isKind(kind) ? kind : 'TOTP', code: form.get('code') },
  };
}

/** Null when the browser has none: another browser, or too late. */
async function findPending(
  { ports, system }: EndpointContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<PendingInteraction | null> {
  const provider = await ports.oauth.provider(system);
  try {
    const interaction = await provider.interactionDetails(request, response);
    const client = await provider.Client.find(String(interaction.params['client_id']));
    return client ? { provider, interaction, client, request, response } : null;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null;
    throw error;
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  try {
    return new URLSearchParams((await readBody(request, maxFormBytes)).toString('utf8'));
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function show({ ports }: EndpointContext, { request, response }: Exchange, view: View): void {
  const { html, headers } = ports.renderPage(view, request.headers['accept-language']);
  response.writeHead(view.kind === 'ERROR' ? 400 : 200, headers);
  response.end(html);
}
