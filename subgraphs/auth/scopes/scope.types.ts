import { Field, ObjectType } from 'type-graphql';
import { type Scope } from '#shared/auth';
import { phiScopes } from './phi-scopes';
import { scopeDescriptions } from './scope.registry';

@ObjectType('Scope', { description: 'A right that tokens carry, written module:resource:action.' })
export class ScopeView {
  @Field()
  name!: string;

  @Field()
  module!: string;

  @Field()
  resource!: string;

  @Field({ description: 'self reaches the caller’s own records only' })
  action!: string;

  @Field()
  description!: string;

  @Field({ description: 'Whether it reaches protected health information' })
  phi!: boolean;
}

export function scopeOf(name: Scope): ScopeView {
  const [module = '', resource = '', action = ''] = name.split(':');
  return { name, module, resource, action, description: scopeDescriptions[name], phi: phiScopes.has(name) };
}
