import { type Client } from 'oidc-provider';
import { isScope, type Scope } from '#shared/auth';

/** What we told the engine about a client beyond what it knows of clients: `clientMetadata` writes it, these read it. */
export function entitledScopesOf(client: Client): Scope[] {
  return textOf(client, 'entitled_scopes').split(' ').filter(isScope);
}

export function organisationIdOf(client: Client): string {
  return textOf(client, 'org_id');
}

export function productIdOf(client: Client): string {
  return textOf(client, 'product_id');
}

export function regionOf(client: Client): string {
  return textOf(client, 'region');
}

/** A product that people sign in to through `login`, without an API client. */
export function isProduct(client: Client): boolean {
  return client['is_product'] === true;
}

function textOf(client: Client, property: string): string {
  const value = client[property];
  return typeof value === 'string' ? value : '';
}

/** A space-separated parameter, as its parts. */
export function partsOf(parameter: unknown): string[] {
  return typeof parameter === 'string' && parameter !== '' ? parameter.split(' ') : [];
}
