import { type Scope, scopes } from '#shared/auth';
import { newId } from '#shared/ids';
import { type DemoContext } from '#shared/subgraph';
import { createApiClient } from './clients/client.service';
import { Organisation } from './organisations/organisation.entity';
import { type AuthPorts } from './ports';
import { authMethods, Product } from './products/product.entity';
import { scopesOfRoles } from './scopes/role.registry';
import { inviteUser } from './users/user.service';

const productKey = 'demo';

/** What one program needs to bring a case from referral to payment. */
const caseScopes: readonly Scope[] = [
  ...(['clinical:patients:read', 'clinical:patients:write', 'clinical:cases:read', 'clinical:cases:write'] as const),
  ...(['clinical:images:read', 'clinical:images:write', 'clinical:diagnoses:write'] as const),
  ...(['consent:records:read', 'consent:records:write', 'consent:decisions:read'] as const),
  ...(['reviews:workflows:read', 'reviews:workflows:write', 'reviews:human:read', 'reviews:ai:read'] as const),
  'notifications:messages:read',
  ...(['scheduling:appointments:read', 'scheduling:appointments:write'] as const),
  ...(['payments:invoices:read', 'payments:invoices:write', 'payments:prices:read'] as const),
  ...(['payments:payments:read', 'payments:payments:write', 'auth:users:read', 'auth:users:write'] as const),
];

const clients: readonly { readonly name: string; readonly scopes: readonly Scope[] }[] = [
  { name: 'case-cli', scopes: caseScopes },
  { name: 'read-only', scopes: ['clinical:patients:read', 'clinical:cases:read'] },
];

/** What the product lets tokens carry: everything but the platform's own affairs. */
const platformScopes: ReadonlySet<Scope> = new Set<Scope>([
  'auth:organisations:write',
  'auth:keys:read',
  'auth:keys:write',
  'auth:revocations:read',
  'auth:audit:index',
  'auth:audit:record',
]);

export interface DemoCredentials {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly scopes: readonly Scope[];
}

/** Makes the organisation, one product, its people and two API clients. */
export async function seedDemo(
  context: DemoContext<AuthPorts>,
): Promise<{ clients: DemoCredentials[]; productKey: string }> {
  const { unit, ports, system, organisation, people } = context;
  const { organisationId: id, name, slug } = organisation;
  await unit.create(Organisation, { id, name, slug, status: 'ACTIVE', breakGlassEnabled: true });
  const product = await unit.create(Product, {
    ...{ id: newId('prd'), key: productKey, name: 'Demonstration', authMethods: [...authMethods] },
    allowedScopes: scopes.filter((scope) => !platformScopes.has(scope)),
  });
  if (people.some(({ roles }) => roles.includes('PLATFORM_ADMIN'))) await createAdminProduct(context);
  for (const { userId, password: temporaryPassword, email, firstName, lastName, roles, practitionerId } of people) {
    const input = { idempotencyKey: newId('idk'), email, firstName, lastName, practitionerId, temporaryPassword };
    await inviteUser({ unit, ports, system }, { ...input, roles: [...roles], patientIds: [] }, userId);
  }
  const made: DemoCredentials[] = [];
  for (const { name: clientName, scopes: granted } of clients) {
    const input = { idempotencyKey: newId('idk'), name: clientName, productId: product.id, scopes: [...granted] };
    const { client, secret } = await createApiClient(unit, ports.hasher, input);
    made.push({ name: clientName, clientId: client.id, clientSecret: secret, scopes: granted });
  }
  return { clients: made, productKey };
}

/** What administrators of the platform sign in to, in the organisation that has some. */
async function createAdminProduct({ unit, ports }: DemoContext<AuthPorts>): Promise<void> {
  await unit.create(Product, {
    ...{ id: newId('prd'), key: ports.config.ADMIN_PRODUCT_KEY, name: 'Administration', authMethods: ['OIDC_GOOGLE'] },
    allowedScopes: scopesOfRoles(['PLATFORM_ADMIN']),
  });
}
