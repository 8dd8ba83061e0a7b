import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/**
 * Everything `work` reads and writes through `Database.tenant` is this organisation's.
 * @param organisationId `org_…`
 */
export function withTenant<T>(organisationId: string, work: () => Promise<T>): Promise<T> {
  return current.run(organisationId, work);
}

export function currentTenant(): string | null {
  return current.getStore() ?? null;
}
