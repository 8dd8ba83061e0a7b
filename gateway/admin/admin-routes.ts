import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { DomainError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type AdminDoor } from './admin-door';
import { type AdminRefusal, AdminSignInError } from './authorization-flow';

const statuses: Readonly<Record<AdminRefusal, number>> = {
  NO_FLOW: 400,
  WRONG_STATE: 400,
  REFUSED: 403,
  PROVIDER: 502,
};

const explanations: Readonly<Record<AdminRefusal, string>> = {
  NO_FLOW: 'This sign-in was not begun in this browser, or it took too long.',
  WRONG_STATE: 'This answer does not belong to the sign-in that was begun in this browser.',
  REFUSED: 'This account may not administer the platform.',
  PROVIDER: 'The identity provider cannot be reached at the moment.',
};

/** `/admin/login`, `/admin/callback`, `/admin/session`, `/admin/logout`. */
export function addAdminRoutes(fastify: FastifyInstance, door: AdminDoor, log: Logger): void {
  void fastify.register((scope, _settings, done) => {
    scope.setErrorHandler((error, _request, reply) => refuse(error, { reply, door, log }));
    scope.get('/admin/login', async ({ query }, reply) => {
      const { return_to: returnTo } = query as { return_to?: unknown };
      return redirect(reply, await door.begin(typeof returnTo === 'string' ? returnTo : '/'));
    });
    scope.get('/admin/callback', async ({ raw }, reply) => redirect(reply, await door.finish(raw)));
    scope.get('/admin/session', async (request, reply) => answerSession(request, reply, door));
    scope.post('/admin/logout', async ({ raw }, reply) =>
      reply
        .header('set-cookie', await door.signOut(raw))
        .code(204)
        .send(),
    );
    done();
  });
}

/** What a page needs to know: whether somebody is signed in, until when at most, and the token to send with the cookie. */
async function answerSession(request: FastifyRequest, reply: FastifyReply, door: AdminDoor): Promise<FastifyReply> {
  const session = await door.find(request.raw);
  if (!session) return reply.code(401).header('set-cookie', door.forgetSession).send({ signedIn: false });
  const { csrfToken, endsAt } = session;
  return reply.send({ signedIn: true, csrfToken, endsAt: new Date(endsAt).toISOString() });
}

function redirect(reply: FastifyReply, to: { location: string; cookies: string[] }): FastifyReply {
  return reply.header('set-cookie', to.cookies).redirect(to.location, 303);
}

interface Refusing {
  readonly reply: FastifyReply;
  readonly door: AdminDoor;
  readonly log: Logger;
}

function refuse(error: unknown, { reply, door, log }: Refusing): FastifyReply {
  if (error instanceof DomainError) return reply.code(403).send({ code: error.code });
  if (!(error instanceof AdminSignInError)) throw error;
  const { reason } = error;
  log.warn({ reason, err: error.cause }, 'Somebody was not signed in as staff');
  return reply
    .code(statuses[reason])
    .header('set-cookie', door.forgetFlow)
    .type('text/html; charset=utf-8')
    .send(pageFor(explanations[reason]));
}

/** @param text one of those above: nothing that came with the request is shown */
function pageFor(text: string): string {
  return `<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Not signed in – SA Platform</title></head><body><main><h1>You are not signed in</h1><p>${text}</p><p><a href="/admin/login">Sign in again</a></p></main></body></html>`;
}
