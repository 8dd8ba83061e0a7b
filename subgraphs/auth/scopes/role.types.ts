import { Field, ObjectType } from 'type-graphql';
import { type Role } from '../roles/role.entity';
import { roleRegistry, type SystemRole } from './role.registry';
import { scopeOf, ScopeView } from './scope.types';

@ObjectType('Role', { description: 'A bundle of scopes that a person holds by their work, or as a patient.' })
export class RoleView {
  @Field()
  key!: string;

  @Field()
  name!: string;

  @Field({ description: 'Part of the platform, not made by the organisation' })
  system!: boolean;

  @Field(() => [ScopeView])
  scopes!: ScopeView[];
}

export function ownRoleOf({ key, name, scopes }: Role): RoleView {
  return { key, name, system: false, scopes: scopes.map(scopeOf) };
}

export function roleOf(key: SystemRole): RoleView {
  const { name, scopes } = roleRegistry[key];
  return { key, name, system: true, scopes: scopes.map(scopeOf) };
}
