import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';
import { adminIdentitySettings } from './admin-identities/settings';
import { firstAccountSettings } from './first-account/settings';

const schema = z.object({
  /** `iss` of every token; where this subgraph is reached from outside when absent. */
  TOKEN_ISSUER: setting.optionalUrl(),
  TOKEN_AUDIENCE: setting.text('sa-platform'),
  /** Verifiers refuse tokens that live longer than an hour. */
  ACCESS_TOKEN_SECONDS: setting.integer({ min: 60, max: 3_600, fallback: 900 }),
  /** What keys that are made from now on sign with. */
  TOKEN_ALGORITHM: setting.choice(['ES256', 'EdDSA', 'RS256'], 'ES256'),
  /** How long a key signs before the next one does: 30 days. */
  SIGNING_KEY_ROTATION_SECONDS: setting.integer({ min: 60, max: 31_536_000, fallback: 2_592_000 }),
  /** How long a key is published before it may sign; longer than any cache of the key set lives. */
  SIGNING_KEY_PUBLISH_SECONDS: setting.integer({ min: 0, max: 86_400, fallback: 600 }),
  /** How often a checkpoint of an audit chain that grows is signed and anchored. */
  AUDIT_CHECKPOINT_SECONDS: setting.integer({ min: 1, max: 86_400, fallback: 60 }),
  /** How long the object store itself refuses to delete them; 0 where the bucket has no Object Lock. */
  AUDIT_RETENTION_DAYS: setting.integer({ min: 0, max: 36_500, fallback: 0 }),
  // NIST SP 800-63B §4.2.3 (AAL2): sign in again after 12 hours, or 30 minutes without activity.
  SESSION_IDLE_SECONDS: setting.integer({ min: 60, max: 2_592_000, fallback: 1_800 }),
  SESSION_MAX_SECONDS: setting.integer({ min: 60, max: 31_536_000, fallback: 43_200 }),
  // OWASP's Password Storage Cheat Sheet: Argon2id with at least 19 MiB, two passes, one lane.
  ARGON2_MEMORY_KIB: setting.integer({ min: 19_456, max: 1_048_576, fallback: 19_456 }),
  ARGON2_PASSES: setting.integer({ min: 2, max: 16, fallback: 2 }),
  /** Wrong passwords in a row before an account is locked, and for how long. */
  LOGIN_MAX_FAILURES: setting.integer({ min: 3, max: 100, fallback: 10 }),
  LOGIN_LOCK_SECONDS: setting.integer({ min: 60, max: 86_400, fallback: 900 }),
  /** Failed sign-ins are answered at multiples of this after they came, so that their time tells nothing. */
  LOGIN_ANSWER_MS: setting.integer({ min: 100, max: 5_000, fallback: 250 }),
  /** Where the links of account mail lead; where this subgraph is reached from outside when absent. */
  ACCOUNT_LINKS_URL: setting.optionalUrl(),
  PASSWORD_RESET_SECONDS: setting.integer({ min: 300, max: 86_400, fallback: 1_800 }),
  EMAIL_VERIFICATION_SECONDS: setting.integer({ min: 300, max: 604_800, fallback: 86_400 }),
  INVITATION_SECONDS: setting.integer({ min: 3_600, max: 2_592_000, fallback: 604_800 }),
  /** Account mails of one person and kind within an hour, so that nobody's mailbox can be filled by others. */
  ACCOUNT_MAILS_PER_HOUR: setting.integer({ min: 1, max: 100, fallback: 5 }),
  /** How long a claimed account mail is left alone before another worker takes it over. */
  ACCOUNT_MAIL_LEASE_MS: setting.integer({ min: 500, max: 60_000, fallback: 10_000 }),
  /** First rest after a failed attempt; the following are 5, 30 and 120 times as long. */
  ACCOUNT_MAIL_RETRY_MS: setting.integer({ min: 1, max: 3_600_000, fallback: 60_000 }),
  /** What authenticator apps show above the code. */
  MFA_ISSUER: setting.text('SA Platform'),
  /** How long the second step of a sign-in may take, and how many wrong answers end it. */
  MFA_CHALLENGE_SECONDS: setting.integer({ min: 30, max: 900, fallback: 300 }),
  MFA_MAX_ATTEMPTS: setting.integer({ min: 1, max: 10, fallback: 5 }),
  /** How long proof of a step-up may be used, once. */
  STEP_UP_SECONDS: setting.integer({ min: 30, max: 900, fallback: 300 }),
  /** Wrong secrets of one client within the window before it is refused unheard. Per process. */
  CLIENT_MAX_FAILURES: setting.integer({ min: 3, max: 1_000, fallback: 10 }),
  CLIENT_FAILURE_WINDOW_SECONDS: setting.integer({ min: 1, max: 86_400, fallback: 60 }),
  ...adminIdentitySettings,
  ...firstAccountSettings,
});

export type AuthConfig = z.infer<typeof schema>;

/** @throws {ConfigError} naming every variable that is wrong */
export function readAuthConfig(environment: NodeJS.ProcessEnv): AuthConfig {
  return readEnvironment(environment, schema);
}
