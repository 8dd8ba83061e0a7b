import { Directive } from 'type-graphql';
import { type FindOptionsWhere, In } from 'typeorm';
import { hasScope, type Actor, type Scope } from '#shared/auth';
import { type TenantEntity } from './tenant-entity';

/** Which rows of its organisation an actor may see: all, none, or those that match. */
export type Visibility<E extends TenantEntity> = 'all' | 'none' | FindOptionsWhere<E>;

export type RowPolicy<E extends TenantEntity> = (actor: Actor) => Visibility<E>;

interface NamedPolicy {
  readonly name: string;
  readonly visibility: unknown;
}

const policies = new Map<object, NamedPolicy>();

/**
 * The rows of this type an actor may see, beyond the organisation wall that always stands. The UnitOfWork adds it to
 * every read and write; the name is written into the SDL as `@rowPolicy` so that reviewers and audits can find it.
 */
export function VisibleBy<E extends TenantEntity>(name: string, visibility: RowPolicy<E>): ClassDecorator {
  return (target) => {
    policies.set(target, { name, visibility });
    Directive(`@rowPolicy(name: "${name}")`)(target);
  };
}

export function visibilityOf<E extends TenantEntity>(type: object, actor: Actor): Visibility<E> {
  const policy = policies.get(type);
  return policy ? (policy.visibility as RowPolicy<E>)(actor) : 'all';
}

/**
 * Staff who hold `scope` see all of their organisation's rows; a patient sees their own and those they act for.
 * The platform's services see all: what they may do with it is decided where they are asked.
 */
export function patientVisibility<E extends TenantEntity & { patientId: string }>(scope: Scope): RowPolicy<E> {
  return (actor) =>
    actor.kind === 'service' || hasScope(actor, scope)
      ? 'all'
      : ({ patientId: In([...actor.patientIds]) } as FindOptionsWhere<E>);
}
