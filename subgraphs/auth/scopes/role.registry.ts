import { type Scope } from '#shared/auth';

export const systemRoles = [
  ...(['PATIENT', 'DOCTOR', 'REVIEWER', 'NURSE', 'RECEPTIONIST', 'PHARMACIST', 'LAB_TECHNICIAN'] as const),
  ...(['BILLING', 'COMPLIANCE_OFFICER', 'ADMIN', 'PLATFORM_ADMIN', 'PROVIDER'] as const),
] as const;
export type SystemRole = (typeof systemRoles)[number];

interface Role {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** What everybody who signs in may do for themselves. */
const oneself = ['auth:users:self', 'notifications:inbox:self'] as const satisfies Scope[];

const careTeam = [
  ...(['clinical:patients:read', 'clinical:patients:write', 'clinical:cases:read', 'clinical:cases:write'] as const),
  ...(['clinical:images:read', 'clinical:images:write', 'clinical:records:read'] as const),
  'clinical:diagnoses:write',
  ...(['scheduling:appointments:read', 'scheduling:appointments:write'] as const),
  ...(['consent:records:read', 'consent:records:write', 'consent:decisions:read'] as const),
  ...(['reviews:human:read', 'reviews:ai:read', 'reviews:workflows:read', 'notifications:messages:read'] as const),
] as const satisfies Scope[];

/** The bundles. A person with several roles holds the scopes of all of them. */
export const roleRegistry: Readonly<Record<SystemRole, Role>> = {
  PATIENT: {
    name: 'Patient',
    scopes: [
      ...oneself,
      ...(['clinical:patients:self', 'consent:records:self', 'payments:invoices:self'] as const),
      ...(['scheduling:appointments:self', 'auth:accesslog:self'] as const),
    ],
  },
  DOCTOR: {
    name: 'Doctor',
    scopes: [...oneself, ...careTeam, 'auth:breakglass:use'],
  },
  REVIEWER: {
    name: 'Reviewer',
    scopes: [
      ...oneself,
      ...(['clinical:cases:read', 'clinical:images:read'] as const),
      ...(['reviews:human:read', 'reviews:human:decide', 'reviews:ai:read'] as const),
    ],
  },
  NURSE: {
    name: 'Nurse',
    scopes: [
      ...oneself,
      ...(['clinical:patients:read', 'clinical:cases:read', 'clinical:images:write'] as const),
      ...(['clinical:records:read', 'consent:records:read', 'consent:records:write'] as const),
      ...(['scheduling:appointments:read', 'scheduling:appointments:write'] as const),
    ],
  },
  RECEPTIONIST: {
    name: 'Receptionist',
    scopes: [
      ...oneself,
      ...([
        'clinical:patients:read',
        'clinical:patients:write',
        'consent:records:read',
        'consent:records:write',
      ] as const),
      ...(['scheduling:appointments:read', 'scheduling:appointments:write'] as const),
      // auth:users:write lets them invite patients to the portal, and nobody else: user.policy.ts.
      ...(['payments:invoices:read', 'auth:users:write'] as const),
    ],
  },
  PHARMACIST: {
    name: 'Pharmacist',
    scopes: [...oneself],
  },
  LAB_TECHNICIAN: {
    name: 'Laboratory technician',
    scopes: [...oneself],
  },
  BILLING: {
    name: 'Billing',
    scopes: [
      ...oneself,
      ...([
        'payments:invoices:read',
        'payments:invoices:write',
        'payments:payments:read',
        'payments:payments:write',
      ] as const),
      ...(['payments:prices:read', 'payments:reports:read'] as const),
    ],
  },
  COMPLIANCE_OFFICER: {
    name: 'Compliance officer',
    scopes: [
      ...oneself,
      ...([
        'auth:audit:read',
        'auth:audit:rebuild',
        'auth:accesslog:read',
        'auth:breakglass:read',
        'auth:breakglass:review',
      ] as const),
    ],
  },
  ADMIN: {
    name: 'Administrator of the organisation',
    scopes: [
      ...oneself,
      ...([
        'auth:users:read',
        'auth:users:write',
        'auth:roles:write',
        'auth:clients:read',
        'auth:clients:write',
      ] as const),
      ...(['auth:organisations:read', 'auth:settings:write', 'consent:types:write', 'consent:types:publish'] as const),
      ...(['notifications:templates:read', 'notifications:templates:write'] as const),
      'notifications:messages:read',
      ...(['scheduling:practitioners:write', 'scheduling:schedules:write'] as const),
      ...(['reviews:workflows:read', 'reviews:workflows:write', 'reviews:queues:write'] as const),
    ],
  },
  PLATFORM_ADMIN: {
    name: 'Administrator of the platform',
    scopes: [
      ...oneself,
      ...(['auth:organisations:read', 'auth:organisations:write', 'auth:keys:read', 'auth:keys:write'] as const),
      ...(['reviews:workflows:read', 'reviews:workflows:write'] as const),
      ...(['auth:breakglass:use', 'auth:breakglass:read'] as const),
    ],
  },
  PROVIDER: { name: 'Provider of care', scopes: [...oneself, ...careTeam] },
};

export function isSystemRole(value: string): value is SystemRole {
  return value in roleRegistry;
}

/** The scopes of several roles together, each once. */
export function scopesOfRoles(roles: readonly SystemRole[]): Scope[] {
  return [...new Set(roles.flatMap((role) => roleRegistry[role].scopes))];
}
