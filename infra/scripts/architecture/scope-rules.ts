import { type Repository } from './repository';
import { harvestScopes } from './scope-harvest';

/** Scopes that no field asks for, and why there are such. */
const askedForElsewhere: Readonly<Record<string, string>> = {
  'auth:actor:assert': 'the token endpoint: who may exchange a person’s token for one to act with (RFC 8693)',
};

/** A scope is known if and only if some field asks for it: roles and clients are given nothing that opens nothing. */
export function scopesAreThoseOfTheSchemas({ schemas, scopes: known }: Repository): string[] {
  const harvested = harvestScopes(schemas);
  const unknown = [...harvested.values()].filter(({ name }) => !known.includes(name));
  const unused = known.filter((name) => !harvested.has(name) && !Object.hasOwn(askedForElsewhere, name));
  const stale = Object.keys(askedForElsewhere).filter((name) => harvested.has(name));
  return [
    ...stale.map((name) => `scope-rules.ts: a field asks for ${name}, which needs no exception`),
    ...unknown.map(({ name, opens }) => `${opens.join(', ')}: ${name} is not in shared/auth/scopes.ts`),
    ...unused.map((name) => `shared/auth/scopes.ts: no field asks for ${name}`),
  ];
}
