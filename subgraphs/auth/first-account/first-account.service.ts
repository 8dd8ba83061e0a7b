import { createHash } from 'node:crypto';
import { isUniqueViolation, type UnitOfWork } from '#shared/database';
import { idFromBytes, newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { Organisation } from '../organisations/organisation.entity';
import { type AuthPorts } from '../ports';
import { authMethods, Product } from '../products/product.entity';
import { scopesOfRoles, systemRoles } from '../scopes/role.registry';
import { User } from '../users/user.entity';
import { inviteUser } from '../users/user.service';
import { type FirstAccount } from './settings';

/** What people of the organisation sign in to. */
const productKey = 'console';

interface FirstAccountWork {
  readonly system: SystemAccess;
  readonly ports: AuthPorts;
  readonly at: Date;
}

/**
 * Makes the first organisation of a platform, its two products, and the account that administers it, whose invitation goes
 * by mail. Goes on where it was interrupted; of several processes that try at once one makes each of them.
 * @returns false when there was nothing to do: the platform has another organisation, or this one has people
 */
export async function makeFirstAccount(work: FirstAccountWork, account: FirstAccount): Promise<boolean> {
  const { system, ports, at } = work;
  const organisationId = idOfFirst(ports.issuer());
  const known = await system.source.getRepository(Organisation).find({ take: 2 });
  if (known.some(({ id }) => id !== organisationId)) return false;
  const unit = system.unitFor({ organisationId, region: ports.region.region }, at);
  if (known.length === 0) await createOrganisation(unit, work, account);
  if ((await unit.count(User, {})) > 0) return false;
  await inviteUser(
    { unit, ports, system },
    {
      ...{ idempotencyKey: 'first-account', email: account.email, firstName: 'First', lastName: 'Administrator' },
      ...{ roles: ['ADMIN', 'PLATFORM_ADMIN'], patientIds: [], sendInvitation: true },
    },
  );
  return true;
}

/** The same in every process of the platform, so that only one of them can make it. */
function idOfFirst(issuer: string): string {
  return idFromBytes('org', createHash('sha256').update(`first organisation of ${issuer}`).digest().subarray(0, 16));
}

async function createOrganisation(unit: UnitOfWork, { ports }: FirstAccountWork, account: FirstAccount): Promise<void> {
  const { organisationId: id } = unit.actor;
  const organisation = { id, name: account.organisation, slug: id.slice(-8), breakGlassEnabled: true };
  try {
    await unit.transaction(async (tx) => {
      await tx.create(Organisation, { ...organisation, status: 'ACTIVE' });
      await createProducts(tx, ports);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error; // else another process was quicker
  }
}

/** The platform's own affairs are reached by the product for its staff alone, which no password opens. */
async function createProducts(tx: UnitOfWork, { config }: AuthPorts): Promise<void> {
  const ofOrganisations = systemRoles.filter((role) => role !== 'PLATFORM_ADMIN');
  await tx.create(Product, {
    ...{ id: newId('prd'), key: productKey, name: 'Console', authMethods: [...authMethods] },
    allowedScopes: scopesOfRoles(ofOrganisations),
  });
  await tx.create(Product, {
    ...{ id: newId('prd'), key: config.ADMIN_PRODUCT_KEY, name: 'Administration', authMethods: ['OIDC_GOOGLE'] },
    allowedScopes: scopesOfRoles(['PLATFORM_ADMIN']),
  });
}
