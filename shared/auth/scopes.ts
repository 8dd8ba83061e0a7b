/**
 * Every scope of the platform: `module:resource:action`. `self` reaches the caller's own records only.
 * A scope that is not in this list cannot be written into a schema, a role or a token.
 */
export const scopes = [
  'auth:accesslog:read',
  'auth:accesslog:self',
  'auth:actor:assert',
  'auth:audit:index',
  'auth:audit:read',
  'auth:audit:rebuild',
  'auth:audit:record',
  'auth:breakglass:read',
  'auth:breakglass:review',
  'auth:breakglass:use',
  'auth:clients:read',
  'auth:clients:write',
  'auth:keys:read',
  'auth:keys:write',
  'auth:organisations:read',
  'auth:organisations:write',
  'auth:revocations:read',
  'auth:roles:write',
  'auth:settings:write',
  'auth:users:read',
  'auth:users:self',
  'auth:users:write',
  'clinical:cases:read',
  'clinical:cases:write',
  'clinical:diagnoses:write',
  'clinical:images:read',
  'clinical:images:write',
  'clinical:patients:read',
  'clinical:patients:self',
  'clinical:patients:write',
  'clinical:records:read',
  'consent:decisions:read',
  'consent:records:read',
  'consent:records:self',
  'consent:records:write',
  'consent:types:publish',
  'consent:types:write',
  'notifications:inbox:self',
  'notifications:messages:read',
  'notifications:templates:read',
  'notifications:templates:write',
  'payments:invoices:read',
  'payments:invoices:self',
  'payments:invoices:write',
  'payments:payments:read',
  'payments:payments:write',
  'payments:prices:read',
  'payments:reports:read',
  'reviews:ai:read',
  'reviews:human:decide',
  'reviews:human:read',
  'reviews:queues:write',
  'reviews:workflows:read',
  'reviews:workflows:write',
  'scheduling:appointments:read',
  'scheduling:appointments:self',
  'scheduling:appointments:write',
  'scheduling:practitioners:write',
  'scheduling:schedules:write',
] as const;

export type Scope = (typeof scopes)[number];

const known: ReadonlySet<string> = new Set(scopes);

export function isScope(value: string): value is Scope {
  return known.has(value);
}
