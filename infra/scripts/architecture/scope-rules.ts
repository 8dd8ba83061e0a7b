import { type Repository } from './repository';
import { harvestScopes } from './scope-harvest';

/** Scopes that no field asks for, and why there are such. */
const askedForElsewhere: Readonly<Record<string, string>> = {
  'auth:actor:assert': 'the token endpoint: who may exchange a person’s token for one to act with (RFC 8693)',
  'auth:organisations:write': 'a policy: who may grant PLATFORM_ADMIN; the gateway: who may see query plans',
  'auth:roles:write': 'a policy: who may grant roles beyond PATIENT',
  'auth:accesslog:read': 'the access log',
  'auth:accesslog:self': 'the access log',
  'auth:audit:read': 'the audit trail',
  'auth:keys:read': 'the signing keys',
  'auth:keys:write': 'the signing keys',
  'auth:organisations:read': 'the organisations',
};

/** A scope is known if and only if some field asks for it: roles and clients are given nothing that opens nothing. */
export function scopesAreThoseOfTheSchemas({ schemas, scopes: known }: Repository): string[] {
  const harvested = harvestScopes(schemas);
  const unknown = [...harvested.values()].filter(({ name }) => !known.includes(name));
  const unused = known.filter((name) => !harvested.has(name) && !Object.hasOwn(askedForElsewhere, name));
  return [
    ...unknown.map(({ name, opens }) => `${opens.join(', ')}: ${name} is not in shared/auth/scopes.ts`),
    ...unused.map((name) => `shared/auth/scopes.ts: no field asks for ${name}`),
  ];
}
