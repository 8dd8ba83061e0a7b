import { type QueryPlan, prettyFormatQueryPlan } from '@apollo/query-planner';
import { type Actor } from '#shared/auth';

/** `x-query-plan: 1` asks for the plan beside the answer. */
export const queryPlanHeader = 'x-query-plan';

/** A plan names subgraphs and fields the caller cannot know otherwise: it is for those who run the platform. */
export function mayReadQueryPlan(actor: Actor | null, scope: string): boolean {
  return actor !== null && (actor.scopes as ReadonlySet<string>).has(scope);
}

/** For `extensions` of the answer: the plan that this caller's request was run by, denied fields cut. */
export function planExtension({ plan }: { readonly plan: QueryPlan }): { readonly queryPlan: string } {
  return { queryPlan: prettyFormatQueryPlan(plan) };
}
