import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ConfigError, setting } from '#shared/config';

/** Sign-in of the platform's own staff. Off unless the first four are given. */
export const adminSettings = {
  /** The identity provider, e.g. `https://accounts.google.com`. */
  ADMIN_OIDC_ISSUER: setting.optionalUrl(),
  ADMIN_OIDC_CLIENT_ID: setting.optionalText(),
  /** The provider's hosted domain that staff belong to. */
  ADMIN_OIDC_DOMAIN: setting.optionalText(),
  /** Where browsers reach this gateway: `<this>/admin/callback` is the redirect URI. */
  ADMIN_PUBLIC_URL: setting.optionalUrl(),
  /** 32 bytes in base64; the same for all gateways. Without it each start makes its own, and sessions end with it. */
  ADMIN_SESSION_KEY: setting.optionalText(),
  // NIST SP 800-63B §4.2.3 (AAL2): at most 30 minutes without activity, 12 hours in all.
  ADMIN_SESSION_IDLE_SECONDS: setting.integer({ min: 60, max: 1_800, fallback: 900 }),
  ADMIN_SESSION_MAX_SECONDS: setting.integer({ min: 300, max: 43_200, fallback: 28_800 }),
  /** Which operations exchange an identity for tokens. */
  ADMIN_CONFIG: setting.text('admin.yaml'),
};

export type AdminSettings = z.infer<z.ZodObject<typeof adminSettings>>;

const operationsSchema = z.strictObject({
  /** Variables: `$code`, `$codeVerifier`, `$redirectUri`, `$nonce`. Answers under `signedIn`, with tokens or userErrors. */
  signIn: z.string().min(1),
  /** Variables: `$refreshToken`. Answers under `refreshed` likewise. Absent: a session ends with its access token. */
  refresh: z.string().min(1).optional(),
  /** Run with the session's token when somebody signs out; its answer is not looked at. */
  signOut: z.string().min(1).optional(),
});

/** The operations of the supergraph that the gateway runs in its own name. */
export type AdminOperations = z.infer<typeof operationsSchema>;

export interface AdminConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly hostedDomain: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** Null: a fresh one. */
  readonly sessionKey: Buffer | null;
  readonly idleMs: number;
  readonly maxMs: number;
  readonly operations: AdminOperations;
}

const needed = ['ADMIN_OIDC_ISSUER', 'ADMIN_OIDC_CLIENT_ID', 'ADMIN_OIDC_DOMAIN', 'ADMIN_PUBLIC_URL'] as const;
const keyBytes = 32;

/**
 * @returns null when staff do not sign in here
 * @throws {ConfigError} naming what is missing or wrong
 */
export function readAdminConfig(settings: AdminSettings): AdminConfig | null {
  const missing = needed.filter((name) => settings[name] === undefined);
  if (missing.length === needed.length) return null;
  if (missing.length > 0) {
    throw new ConfigError(missing.map((name) => `${name}: is needed for the sign-in of staff`).join('\n'));
  }
  const [issuer = '', clientId = '', hostedDomain = '', publicUrl = ''] = needed.map((name) => settings[name]);
  for (const [name, url] of Object.entries({ ADMIN_OIDC_ISSUER: issuer, ADMIN_PUBLIC_URL: publicUrl })) {
    if (!isProtected(url)) throw new ConfigError(`${name}: must be https, except on this machine`);
  }
  return {
    ...{ issuer, clientId, hostedDomain, publicUrl: publicUrl.replace(/\/$/, '') },
    sessionKey: readKey(settings.ADMIN_SESSION_KEY),
    idleMs: settings.ADMIN_SESSION_IDLE_SECONDS * 1_000,
    maxMs: settings.ADMIN_SESSION_MAX_SECONDS * 1_000,
    operations: readOperations(settings.ADMIN_CONFIG),
  };
}

function isProtected(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}

function readKey(text: string | undefined): Buffer | null {
  if (text === undefined) return null;
  const key = Buffer.from(text, 'base64');
  if (key.length !== keyBytes) throw new ConfigError('ADMIN_SESSION_KEY: must be 32 bytes in base64');
  return key;
}

function readOperations(file: string): AdminOperations {
  const parsed = operationsSchema.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`ADMIN_CONFIG: ${file} does not say how staff sign in: ${problems.join('; ')}`);
}
