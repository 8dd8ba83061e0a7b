import { type IncomingMessage, type ServerResponse } from 'node:http';
import { DomainError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type AdminDoor } from './admin-door';

type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

const statuses: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403 };

/**
 * Puts the token that the cookie stands for into requests to GraphQL that bring no token of their own. From there on such
 * a request is like every other: the same checks, limits and revocations.
 */
export function carryCookie(door: AdminDoor, answer: HttpHandler, log: Logger): HttpHandler {
  return (request, response) => {
    if (request.headers.cookie === undefined || request.headers.authorization !== undefined) {
      answer(request, response);
      return;
    }
    door.tokenFor(request).then(
      (token) => {
        if (token !== null) request.headers.authorization = `Bearer ${token}`;
        answer(request, response);
      },
      (error: unknown) => refuse(error, { request, response, door, log }),
    );
  };
}

interface Refusing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly door: AdminDoor;
  readonly log: Logger;
}

function refuse(error: unknown, { request, response, door, log }: Refusing): void {
  const { code, message } =
    error instanceof DomainError
      ? error
      : new DomainError('UPSTREAM_UNAVAILABLE', 'Sessions cannot be looked up at the moment', { cause: error });
  if (!(error instanceof DomainError)) log.error({ err: error }, 'The session of a cookie could not be looked up');
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  response.writeHead(statuses[code] ?? 503, {
    ...{ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    ...{ 'content-length': Buffer.byteLength(body), 'x-content-type-options': 'nosniff' },
    ...(code === 'UNAUTHENTICATED' && { 'set-cookie': door.forgetSession }),
  });
  response.end(body);
  request.resume();
}
