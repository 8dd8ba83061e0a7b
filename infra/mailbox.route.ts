import { type IncomingMessage } from 'node:http';
import { type DevMailbox } from '#shared/mail';
import { type HttpRoute, sendJson } from '#shared/subgraph';

/** `GET /dev/mailbox`: the mails a developer would find in the mailbox. Only with the development mailbox, only to this machine. */
export function mailboxRoute(mailbox: DevMailbox | null): HttpRoute {
  return {
    path: '/dev/mailbox',
    handle: (request, response) => {
      const { status, body } = answer(mailbox, request);
      sendJson(response, status, body);
    },
  };
}

function answer(mailbox: DevMailbox | null, request: IncomingMessage): { status: number; body: unknown } {
  if (!mailbox) return { status: 404, body: { error: 'NOT_FOUND' } };
  if (!isFromThisMachine(request)) return { status: 403, body: { error: 'FORBIDDEN' } };
  if (request.method !== 'GET') return { status: 405, body: { error: 'METHOD_NOT_ALLOWED' } };
  return { status: 200, body: mailbox.list() };
}

const loopbackAddress = /^(::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/;
const loopbackHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** The host is looked at too: a page whose name was rebound to this machine, or a proxy in front, sends another one. */
function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  return loopbackAddress.test(socket.remoteAddress ?? '') && loopbackHost.test(headers.host ?? '');
}
