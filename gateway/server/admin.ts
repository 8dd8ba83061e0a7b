import { newCorrelationId } from '#shared/context';
import { AdminDoor, type RunOperation } from '../admin';
import { type Authenticator } from './authenticator';
import { type GatewayOptions } from './gateway-options';
import { type Generation } from './generation';

interface AdminParts {
  readonly authenticate: Authenticator;
  readonly current: () => Generation;
}

/** Null where staff do not sign in. @throws {GraphQLError} when the supergraph does not know the operations of the configuration */
export function openAdminDoor({ admin, log }: GatewayOptions, parts: AdminParts): AdminDoor | null {
  if (!admin) return null;
  const { config, sessions: store } = admin;
  return new AdminDoor({ config, store, log, run: ownOperations(parts) });
}

/** What the gateway itself runs is no caller's request: it is not limited, persisted or counted as one. */
function ownOperations({ authenticate, current }: AdminParts): RunOperation {
  return async ({ source, variables, accessToken }) => {
    const generation = current();
    const prepared = generation.prepare({ source, operationName: null, variables });
    const actor = accessToken === undefined ? null : await authenticate(`Bearer ${accessToken}`, '');
    const about = { actor, correlationId: newCorrelationId(), variables };
    const { data, errors } = await generation.operations.execute(prepared, about);
    const [error] = errors ?? [];
    // Only the code goes to the log: a message may say more.
    if (error) throw new Error(`An operation of the sign-in failed: ${JSON.stringify(error.extensions['code'])}`);
    return data;
  };
}
