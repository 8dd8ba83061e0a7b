import { defineSubgraph } from '#shared/subgraph';
import { AuditEntry } from './audit/entry.entity';
import { auditIndexFor } from './audit/index.service';
import { auditSlice } from './audit/slice';
import { AdminIdentity } from './admin-identities/admin-identity.entity';
import { AdminLoginResolver } from './admin-identities/admin-login.resolver';
import { ApiClient } from './clients/client.entity';
import { ApiClientResolver } from './clients/client.resolver';
import { ClientSecret } from './clients/secret.entity';
import { seedDemo } from './demo';
import { UserCredential } from './logins/credential.entity';
import { Login } from './logins/login.entity';
import { LoginResolver } from './logins/login.resolver';
import { createIdentities } from './migrations/1764000300001-create-identities';
import { createPlatformTables } from './migrations/1764000300002-create-platform-tables';
import { createOAuthRecords } from './migrations/1764000400001-create-oauth-records';
import { addSigningKeyTimes } from './migrations/1764000400002-add-signing-key-times';
import { createSessionRules } from './migrations/1764000400003-create-session-rules';
import { createAuditIndex } from './migrations/1764000600002-create-audit-index';
import { addCheckpointTimes } from './migrations/1764000600003-add-checkpoint-times';
import { createAdminIdentities } from './migrations/1764000800001-create-admin-identities';
import { oauthRoutes } from './oauth/routes';
import { oauthSlice } from './oauth/slice';
import { Organisation } from './organisations/organisation.entity';
import { OrganisationResolver } from './organisations/organisation.resolver';
import { peopleSlice } from './people.slice';
import { pageRoutes } from './pages/account.routes';
import { PlatformKey } from './platform-keys/platform-key.entity';
import { createPorts } from './ports';
import { Product } from './products/product.entity';
import { ProductResolver } from './products/product.resolver';
import { limitClients } from './migrations/1764000700002-limit-clients';
import { createBreakGlass } from './migrations/1764000700020-create-break-glass';
import { BreakGlassGrant } from './break-glass/grant.entity';
import { BreakGlassResolver, PatientBreakGlassResolver } from './break-glass/grant.resolver';
import { watchBreakGlass } from './break-glass/grant.worker';
import { createRevocations } from './migrations/1764000700001-create-revocations';
import { forgetRevocations } from './revocations/forget-revocations.worker';
import { Revocation } from './revocations/revocation.entity';
import { RevocationResolver } from './revocations/revocation.resolver';
import { ScopeResolver } from './scopes/scope.resolver';
import { Membership } from './users/membership.entity';
import { User } from './users/user.entity';
import { visibleUserById } from './users/user.loader';
import { MembershipResolver, UserResolver } from './users/user.resolver';

export { roleRegistry, systemRoles } from './scopes/role.registry';
export { scopeDescriptions } from './scopes/scope.registry';

/** Who may do what: organisations, people, API clients, and the tokens that say so. */
export const auth = defineSubgraph({
  name: 'auth',
  purpose: 'OPERATIONS',
  resolvers: [
    ...([OrganisationResolver, ProductResolver, ApiClientResolver, UserResolver] as const),
    ...([
      MembershipResolver,
      ScopeResolver,
      LoginResolver,
      RevocationResolver,
      BreakGlassResolver,
      PatientBreakGlassResolver,
    ] as const),
    ...peopleSlice.resolvers,
    ...auditSlice.resolvers,
    ...oauthSlice.resolvers,
    AdminLoginResolver,
  ],
  entities: [
    Organisation,
    Product,
    ApiClient,
    ClientSecret,
    User,
    Membership,
    Login,
    UserCredential,
    ...peopleSlice.entities,
    AdminIdentity,
    PlatformKey,
    ...oauthSlice.entities,
    Revocation,
    BreakGlassGrant,
    ...auditSlice.entities,
  ],
  migrations: [
    createIdentities,
    createPlatformTables,
    createOAuthRecords,
    addSigningKeyTimes,
    createSessionRules,
    ...peopleSlice.migrations,
    createAuditIndex,
    addCheckpointTimes,
    createRevocations,
    limitClients,
    createBreakGlass,
    createAdminIdentities,
  ],
  references: {
    Organisation: ({ id }, { unit }) => unit.find(Organisation, id),
    Product: ({ id }, { unit }) => unit.find(Product, id),
    ApiClient: ({ id }, { unit }) => unit.find(ApiClient, id),
    BreakGlassGrant: ({ id }, { unit }) => unit.find(BreakGlassGrant, id),
    User: ({ id }, context) => context.load(visibleUserById, id),
    Membership: ({ id }, { unit }) => unit.find(Membership, id),
    Patient: ({ id }) => ({ id }),
    AuditRecord: ({ id }, { unit }) => unit.find(AuditEntry, id),
  },
  workers: [forgetRevocations, watchBreakGlass, ...peopleSlice.workers, ...oauthSlice.workers, ...auditSlice.workers],
  ports: createPorts,
  auditIndex: ({ system }) => auditIndexFor(system, 'auth'),
  routes: async (context) => [...(await oauthRoutes(context)), ...auditSlice.routes(context), ...pageRoutes(context)],
  serviceScopes: ['auth:audit:read'],
  seedDemo,
});
