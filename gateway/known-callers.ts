import {
  createTokenVerifier,
  importKeys,
  importSigner,
  type Scope,
  type TokenVerifier,
  type VerifiedActorContext,
  verifyActorContext,
} from '#shared/auth';
import { ConfigError } from '#shared/config';
import { UnauthenticatedError } from '#shared/errors';
import { type GatewayEnvironment } from './config';
import { type LoadedSupergraph, findSecurityDirectives } from './supergraph';
import { SignedContexts } from './transport';

/** How a gateway knows who asks, and tells the subgraphs. */
export interface KnownCallers {
  readonly verifyToken: TokenVerifier;
  readonly verifyService: (token: string) => Promise<VerifiedActorContext>;
  /** Null when subgraphs are not told. */
  readonly contexts: SignedContexts | null;
}

/** The supergraph says which scopes mean something, and it need not be the platform's own. */
function isScope(text: string): text is Scope {
  return text !== '';
}

/** Without an issuer every token is refused: one that cannot be checked is not taken for none. */
export function readKnownCallers(settings: GatewayEnvironment): KnownCallers {
  const { TOKEN_ISSUER, TOKEN_AUDIENCE, JWKS_URL, INTERNAL_PRIVATE_KEY, INTERNAL_KEYS } = settings;
  const refuse = (): Promise<never> => Promise.reject(new UnauthenticatedError('This gateway takes no tokens'));
  const keys = INTERNAL_KEYS === undefined ? null : importKeys(INTERNAL_KEYS);
  return {
    verifyToken:
      TOKEN_ISSUER !== undefined && TOKEN_AUDIENCE !== undefined && JWKS_URL !== undefined
        ? createTokenVerifier({
            ...{ issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE, keys: new URL(JWKS_URL), isScope },
            furtherIssuers: settings.FURTHER_ISSUERS,
          })
        : refuse,
    verifyService: keys ? (token) => verifyActorContext(keys, token, 'gateway') : refuse,
    contexts:
      INTERNAL_PRIVATE_KEY === undefined ? null : new SignedContexts(importSigner('gateway', INTERNAL_PRIVATE_KEY)),
  };
}

/** @throws {ConfigError} when the supergraph has rules about callers and the gateway is not told who they are */
export function assertCallersAreKnown({ policy }: LoadedSupergraph, settings: GatewayEnvironment): void {
  if (settings.TOKEN_ISSUER !== undefined) return;
  const rules = findSecurityDirectives(policy).map((name) => `@${name}`);
  if (rules.length === 0) return;
  const used = rules.join(', ');
  throw new ConfigError(`The supergraph uses ${used}: set TOKEN_ISSUER, TOKEN_AUDIENCE and JWKS_URL`);
}
