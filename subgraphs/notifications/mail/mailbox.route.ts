import { type IncomingMessage } from 'node:http';
import { type HttpRoute, sendJson } from '#shared/subgraph';
import { type DevMailbox } from './dev-mailbox';

/** `GET /dev/mailbox`: the mails a developer would find in the mailbox. Only with the development mailbox, only to this machine. */
export function mailboxRoute(mailbox: DevMailbox | null): HttpRoute {
  return {
    path: '/dev/mailbox',
    handle: (request, response) => {
      if (!mailbox) return sendJson(response, 404, { error: 'NOT_FOUND' });
      if (!isFromThisMachine(request)) return sendJson(response, 403, { error: 'FORBIDDEN' });
      if (request.method !== 'GET') return sendJson(response, 405, { error: 'METHOD_NOT_ALLOWED' }, { allow: 'GET' });
      return sendJson(response, 200, mailbox.list());
    },
  };
}

const loopbackAddress = /^(::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/;
const loopbackHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** The host is looked at too: a page whose name was rebound to this machine, or a proxy in front, sends another one. */
function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  return loopbackAddress.test(socket.remoteAddress ?? '') && loopbackHost.test(headers.host ?? '');
}
