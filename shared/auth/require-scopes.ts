import { Directive } from 'type-graphql';
import { type Scope } from './scopes';

type SchemaDecorator = ClassDecorator & MethodDecorator & PropertyDecorator;

/**
 * Declares, once, the scopes a field or type needs. Each argument is an alternative; an array is scopes needed together:
 * `@RequireScopes('clinical:cases:read', 'clinical:patients:self')` is satisfied by either.
 *
 * It writes `@requiresScopes` into the SDL. Gateway and subgraph both enforce what the SDL says (access-rules.ts),
 * so there is no second place to keep in step.
 */
export function RequireScopes(...alternatives: [Scope | Scope[], ...(Scope | Scope[])[]]): SchemaDecorator {
  const scopes = alternatives.map((alternative) => (Array.isArray(alternative) ? alternative : [alternative]));
  return Directive(`@requiresScopes(scopes: ${JSON.stringify(scopes)})`);
}

/** Any verified caller may select this; what they then see is a matter of row policies. */
export function Authenticated(): SchemaDecorator {
  return Directive('@authenticated');
}
