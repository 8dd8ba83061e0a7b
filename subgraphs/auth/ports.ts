import { type KeyProvider } from '#shared/crypto';
import { type Mailer } from '#shared/mail';
import { type RegionWall } from '#shared/region';
import { type PortHost } from '#shared/subgraph';
import { type SupergraphClient } from '#shared/supergraph';
import { type Anchors, objectAnchors } from './audit/anchors';
import { type IdentityProvider } from './admin-identities/identity-provider';
import { identityProviderOf } from './admin-identities/settings';
import { readAuthConfig, type AuthConfig } from './config';
import { AttemptThrottle } from './clients/attempt-throttle';
import { type FirstAccount, firstAccountOf } from './first-account/settings';
import { KeyedQueue } from './logins/keyed-queue';
import { PasswordHasher } from './logins/password-hasher';
import { OAuthEngine } from './oauth/engine';
import { type RenderPage } from './oauth/interactions/view';
import { viewRenderer } from './pages/render-view';
import { PlatformKeys } from './platform-keys/platform-keys';
import { SigningKeys } from './tokens/signing-keys';

/** Sign-ins of one account that may wait for each other; an honest person needs one or two. */
const maxWaitingSignIns = 50;

/** What the slices of auth work with besides the database. */
export interface AuthPorts {
  readonly config: AuthConfig;
  /** Where the platform's own staff sign in; null when they do not. */
  readonly adminIdentities: IdentityProvider | null;
  /** Whom to make when the platform has no organisation; null: nobody. */
  readonly firstAccount: FirstAccount | null;
  readonly region: RegionWall;
  readonly hasher: PasswordHasher;
  /** Sends account mail. */
  readonly mailer: Mailer;
  readonly platformKeys: PlatformKeys;
  readonly signingKeys: SigningKeys;
  readonly oauth: OAuthEngine;
  /** How the pages of sign-in, consent and devices look. */
  readonly renderPage: RenderPage;
  /** Where checkpoints of the audit chains are kept. */
  readonly anchors: Anchors;
  /** Asks other subgraphs, for the audit trail. */
  readonly supergraph: SupergraphClient;
  /** Counts wrong client secrets. */
  readonly clientAttempts: AttemptThrottle;
  /** One password at a time per account, so that a burst of guesses cannot outrun the lock. */
  readonly loginQueue: KeyedQueue;
  /** `iss` of the tokens. */
  readonly issuer: () => string;
  readonly publicUrl: () => string;
}

export function createPorts(host: PortHost): AuthPorts {
  const { environment, region, keyProvider, mail, publicUrl, log, storage, supergraph } = host;
  const config = readAuthConfig(environment);
  const { ARGON2_MEMORY_KIB: memoryKib, ARGON2_PASSES: passes } = config;
  const ports: AuthPorts = {
    config,
    adminIdentities: identityProviderOf(config),
    firstAccount: firstAccountOf(config),
    region,
    hasher: new PasswordHasher({ memoryKib, passes }),
    mailer: mail.mailer({ timeoutMs: config.ACCOUNT_MAIL_LEASE_MS * 0.8 }),
    platformKeys: new PlatformKeys(keyProvider),
    signingKeys: signingKeys(config, keyProvider),
    anchors: objectAnchors(storage, config.AUDIT_RETENTION_DAYS),
    supergraph,
    oauth: new OAuthEngine(() => ports, log),
    renderPage: (view, acceptLanguage) => viewRenderer(publicUrl().startsWith('https:'))(view, acceptLanguage),
    clientAttempts: new AttemptThrottle({
      maxFailures: config.CLIENT_MAX_FAILURES,
      windowMs: config.CLIENT_FAILURE_WINDOW_SECONDS * 1_000,
      maxTracked: 10_000,
    }),
    loginQueue: new KeyedQueue(maxWaitingSignIns),
    issuer: () => config.TOKEN_ISSUER ?? publicUrl(),
    publicUrl,
  };
  return ports;
}

/** Its last token must have expired, and the last session's ID token have been of use, before a key goes. */
function signingKeys(config: AuthConfig, provider: KeyProvider): SigningKeys {
  return new SigningKeys({
    provider,
    algorithm: config.TOKEN_ALGORITHM,
    rotationSeconds: config.SIGNING_KEY_ROTATION_SECONDS,
    publishSeconds: config.SIGNING_KEY_PUBLISH_SECONDS,
    overlapSeconds: Math.max(config.ACCESS_TOKEN_SECONDS, config.SESSION_MAX_SECONDS) + 60,
  });
}
