/** What a page lets the browser do. */
export interface PageRules {
  readonly needsScript: boolean;
  /** Where the forms of the page may lead in the end: the redirect URI of the client that asks. */
  readonly redirectUri?: string;
  /** Whether the page is reached by TLS. */
  readonly isSecure: boolean;
}

const never = ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"];
/** Values that become markup or code are refused by the browser: the script has none. */
const noMarkupFromScript = ["require-trusted-types-for 'script'", "trusted-types 'none'"];

/**
 * Content Security Policy Level 3. A form of ours is answered by redirects that end at the client, and browsers hold
 * `form-action` against each of them (§6.4.2; Chromium and Safari do, Firefox does not). So the policy names the origin
 * of the redirect URI that the engine has checked for this very interaction, and no other.
 */
function contentSecurityPolicy({ needsScript, redirectUri }: PageRules): string {
  const target = redirectUri === undefined ? '' : ` ${formTargetOf(redirectUri)}`;
  const script = needsScript ? ["script-src 'self'"] : [];
  return [
    ...never,
    ...script,
    ...noMarkupFromScript,
    "style-src 'self'",
    // The empty icon: browsers would ask for /favicon.ico otherwise.
    'img-src data:',
    `form-action 'self'${target}`,
  ].join('; ');
}

/** The origin; the scheme for those of native applications (RFC 8252 §7.1), which have none. */
function formTargetOf(redirectUri: string): string {
  const { protocol, origin } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol;
}

/** The headers of every page. */
export function pageHeaders(rules: PageRules): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(rules),
    'cache-control': 'no-store',
    // Links of mails bear tokens in their address.
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)',
    ...(rules.isSecure && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  };
}
