import { type HttpRoute, type RouteContext, sendJson } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { checkpointsOf } from './checkpoints';

/** The public key that checkpoints are signed with, as a JWK set (RFC 7517 §5). It is not for tokens. */
export function auditKeysRoute({ ports, system, log }: RouteContext<AuthPorts>): HttpRoute {
  return {
    path: '/.well-known/audit-keys.json',
    handle: (_request, response) => {
      checkpointsOf(ports, system)
        .publicKey()
        .then((key) => {
          sendJson(response, 200, { keys: [key] }, { 'cache-control': 'public, max-age=300' });
        })
        .catch((error: unknown) => {
          log.error({ err: error }, 'The audit keys could not be read');
          sendJson(response, 500, { error: 'server_error' });
        });
    },
  };
}
