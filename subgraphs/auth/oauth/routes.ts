import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type HttpRoute, type RouteContext, sendJson } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { answerByEngine, pathOf } from './http';
import { answerInteraction } from './interactions/routes';
import { paths } from './paths';
import { answerUserinfo } from './userinfo';

type Context = RouteContext<AuthPorts>;
type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** OAuth's endpoints: those of the engine, and those that are ours. */
export async function oauthRoutes(context: Context): Promise<readonly HttpRoute[]> {
  // Made now, so that the first request does not wait for it and a broken key provider shows at start.
  await context.ports.oauth.provider(context.system);
  const byEngine: Answer = (request, response) => answerByEngine(context, request, response);
  const routes: readonly (readonly [string, Answer])[] = [
    ...enginePaths.map((path): readonly [string, Answer] => [path, byEngine]),
    [paths.userinfo, (request, response) => answerUserinfo(context, request, response)],
    [`${paths.interaction}/*`, (request, response) => answerInteraction(context, request, response)],
  ];
  return routes.map(([path, answer]) => route(context, path, answer));
}

const enginePaths = [
  ...[paths.jwks, paths.openidConfiguration, paths.authorizationServer, paths.token],
  ...[paths.authorize, `${paths.authorize}/*`, paths.pushedAuthorization, paths.revocation, paths.introspection],
  ...[paths.deviceAuthorization, paths.device, `${paths.device}/*`, paths.endSession, `${paths.endSession}/*`],
];

function route({ log }: Context, path: string, answer: Answer): HttpRoute {
  return {
    path,
    handle: (request, response) => {
      answer(request, response).catch((error: unknown) => {
        log.error({ err: error, path: pathOf(request) }, 'An OAuth endpoint failed');
        if (response.headersSent) response.destroy();
        // RFC 6749 §4.1.2.1's code; §5.2 has none for outages of ours.
        else sendJson(response, 500, { error: 'server_error' });
      });
    },
  };
}
