import { type PortHost } from '#shared/subgraph';
import { readAuthConfig, type AuthConfig } from './config';
import { AttemptThrottle } from './clients/attempt-throttle';
import { KeyedQueue } from './logins/keyed-queue';
import { PasswordHasher } from './logins/password-hasher';
import { PlatformKeys } from './platform-keys/platform-keys';
import { SigningKeys } from './tokens/signing-keys';

/** Sign-ins of one account that may wait for each other; an honest person needs one or two. */
const maxWaitingSignIns = 50;

/** What the slices of auth work with besides the database. */
export interface AuthPorts {
  readonly config: AuthConfig;
  readonly hasher: PasswordHasher;
  readonly platformKeys: PlatformKeys;
  readonly signingKeys: SigningKeys;
  /** Counts wrong client secrets. */
  readonly clientAttempts: AttemptThrottle;
  /** One password at a time per account, so that a burst of guesses cannot outrun the lock. */
  readonly loginQueue: KeyedQueue;
  /** `iss` of the tokens. */
  readonly issuer: () => string;
  readonly publicUrl: () => string;
}

export function createPorts({ environment, keyProvider, publicUrl }: PortHost): AuthPorts {
  const config = readAuthConfig(environment);
  const { ARGON2_MEMORY_KIB: memoryKib, ARGON2_PASSES: passes } = config;
  return {
    config,
    hasher: new PasswordHasher({ memoryKib, passes }),
    platformKeys: new PlatformKeys(keyProvider),
    signingKeys: new SigningKeys(keyProvider),
    clientAttempts: new AttemptThrottle({
      maxFailures: config.CLIENT_MAX_FAILURES,
      windowMs: config.CLIENT_FAILURE_WINDOW_SECONDS * 1_000,
      maxTracked: 10_000,
    }),
    loginQueue: new KeyedQueue(maxWaitingSignIns),
    issuer: () => config.TOKEN_ISSUER ?? publicUrl(),
    publicUrl,
  };
}
