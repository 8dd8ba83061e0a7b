import { type Subgraphs } from '../../transport';
import {
  type BegunAnswer,
  type DeferredPart,
  type ExecutionAnswer,
  type IncrementalExecutor,
  type PlannedOperation,
} from '../plan-executor';
import { type PlanningSupergraph } from '../planning';
import { type CompiledPart, type CompiledPlan, compilePlan } from './compile-plan';
import { type ConsentGate } from './guard';
import { Run } from './run';
import { TypeTable } from './type-table';

interface CompiledExecutorOptions {
  readonly planning: PlanningSupergraph;
  readonly subgraphs: Subgraphs;
  readonly gate: ConsentGate;
}

/**
 * Runs plans that were compiled to functions once. What it answers is the data as the subgraphs gave it, with more in
 * it than was asked (keys, and whatever `@requires` wants): the projection picks from it and lets nulls bubble.
 */
export function compiledExecutor({ planning, subgraphs, gate }: CompiledExecutorOptions): IncrementalExecutor {
  const types = new TypeTable(planning.supergraph.schema.toGraphQLJSSchema());
  const plans = new WeakMap<PlannedOperation, CompiledPlan>();

  function planOf(planned: PlannedOperation): CompiledPlan {
    const known = plans.get(planned);
    if (known) return known;
    const operationName = planned.operation.name?.value;
    const plan = compilePlan(planned.plan, { planning, types, gate, operationName });
    plans.set(planned, plan);
    return plan;
  }

  return {
    execute: async (planned, request): Promise<ExecutionAnswer> => {
      const plan = planOf(planned);
      const run = new Run(request, subgraphs);
      if (request.primary) plan.seed?.(run, request.primary);
      await plan.run(run);
      return { data: run.data, errors: run.errors, shared: run.shared };
    },
    begin: async (planned, request): Promise<BegunAnswer> => {
      const plan = planOf(planned);
      const run = new Run(request, subgraphs);
      await plan.run(run);
      return { data: run.data, errors: run.errors, parts: plan.deferred(run).map((part) => open(part, run)) };
    },
  };
}

function open({ label, plan }: CompiledPart, run: Run): DeferredPart {
  return {
    label,
    fetch: async () => {
      const branch = run.branch();
      await plan.run(branch);
      return { errors: branch.errors, parts: plan.deferred(run).map((part) => open(part, run)) };
    },
  };
}
