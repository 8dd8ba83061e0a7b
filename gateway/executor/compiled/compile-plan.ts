import {
  type FetchNode,
  type PlanNode,
  type QueryPlan,
  type QueryPlanSelectionNode,
  type SubscriptionNode,
} from '@apollo/query-planner';
import { type SubgraphResult } from '../../transport';
import { type PlanningSupergraph, type RequiredFields, isSubjectField } from '../planning';
import { compileEntityFetch } from './entity-fetch';
import { readFetchDocument } from './fetch-document';
import { type ConsentGate, consentGuard } from './guard';
import { type PlanPath } from './response-path';
import { type FetchPlace, compileAbsorb, compileRootFetch } from './root-fetch';
import { type Fetch, type Run, type Step } from './run';
import { splitByRequired } from './split-required';
import { type TypeTable } from './type-table';

export interface CompileContext {
  readonly planning: PlanningSupergraph;
  readonly types: TypeTable;
  readonly gate: ConsentGate;
  /** Of the client's operation. */
  readonly operationName: string | undefined;
}

/** A plan as functions, made once for each operation. */
export interface CompiledPlan {
  readonly run: Step;
  /** Only for subscriptions: takes what the owner of the root field said about an event. */
  readonly seed: ((run: Run, primary: SubgraphResult) => void) | null;
  /** What comes after it, of a plan of incremental delivery. */
  readonly deferred: (run: Run) => readonly CompiledPart[];
}

export interface CompiledPart {
  readonly label: string;
  readonly plan: Pick<CompiledPlan, 'run' | 'deferred'>;
}

const nothing: Step = () => undefined;
const none = (): readonly CompiledPart[] => [];

export function compilePlan({ node }: QueryPlan, context: CompileContext): CompiledPlan {
  const compiler = new PlanCompiler(node, context);
  if (node?.kind !== 'Subscription') return { ...compiler.part(node), seed: null };
  return { run: compiler.step(node.rest, []), deferred: none, seed: compiler.seed(node.primary) };
}

class PlanCompiler {
  private readonly fetches: readonly PlacedFetch[];

  constructor(
    plan: PlanNode | SubscriptionNode | undefined,
    private readonly context: CompileContext,
  ) {
    this.fetches = fetchesOf(plan);
  }

  /** `@defer` splits a plan at its root, or in each part of it, and nowhere else. */
  part(node: PlanNode | undefined): Pick<CompiledPlan, 'run' | 'deferred'> {
    if (node?.kind === 'Condition') {
      const [then, otherwise] = [this.part(node.ifClause), this.part(node.elseClause)];
      const choose = (run: Run): Pick<CompiledPlan, 'run' | 'deferred'> =>
        run.request.conditions[node.condition] === true ? then : otherwise;
      return { run: (run) => choose(run).run(run), deferred: (run) => choose(run).deferred(run) };
    }
    if (node?.kind !== 'Defer') return { run: this.step(node, []), deferred: none };
    const parts = node.deferred.map(({ label = '', node: inner }) => ({ label, plan: this.part(inner) }));
    const primary = this.part(node.primary.node);
    return { run: primary.run, deferred: (run) => [...primary.deferred(run), ...parts] };
  }

  step(node: PlanNode | undefined, path: PlanPath): Step {
    switch (node?.kind) {
      case undefined:
        return nothing;
      case 'Sequence':
        return inSequence(node.nodes.map((inner) => this.step(inner, path)));
      case 'Parallel':
        return atOnce(node.nodes.map((inner) => this.step(inner, path)));
      case 'Flatten':
        return this.step(node.node, [...path, ...node.path]);
      case 'Condition': {
        const [then, otherwise] = [this.step(node.ifClause, path), this.step(node.elseClause, path)];
        return (run) => (run.request.conditions[node.condition] === true ? then : otherwise)(run);
      }
      case 'Fetch':
        if (!node.requires) return compileRootFetch(node, this.place(node, path));
        return this.entityFetches(node, path);
      case 'Defer':
        throw new Error('The plan defers where this executor does not expect it');
    }
  }

  seed(node: FetchNode): (run: Run, primary: SubgraphResult) => void {
    const absorb = compileAbsorb(node, this.place(node, []));
    return (run, primary) => {
      absorb(run, [run.data], primary);
    };
  }

  /** Whose an object is the gateway asks for itself; the owner of the guarded fields need not be told. */
  private entityFetches(node: FetchNode, path: PlanPath): Step {
    const isGuarded = this.context.planning.guarded.has(node.serviceName);
    const told = isGuarded ? { ...node, requires: withoutSubjects(node.requires ?? []) } : node;
    const parts = splitByRequired(told, this.context.planning);
    return together(parts.map((part) => this.entityFetch(part, { node, path })));
  }

  /** @param planned the fetch of the plan that this is, or is a part of */
  private entityFetch(node: FetchNode, { node: planned, path }: PlacedFetch): Step {
    const { gate, types, planning } = this.context;
    const place = this.place(node, path);
    const guarded = planning.guarded.get(node.serviceName);
    const guard = guarded && consentGuard({ ...guarded, gate, types, selected: place.fetch.document.selected });
    return compileEntityFetch(node, {
      ...place,
      requiredFields: requiredIn(node, planning.requiredFields),
      guard: guard ?? null,
      isShared: this.fetches.some((other) => other.node !== planned && this.isSameCall(other.node, node)),
      isExtended: this.fetches.some((other) => isWithin(other.path, path)),
    });
  }

  private place(node: FetchNode, path: PlanPath): FetchPlace {
    return { path, types: this.context.types, fetch: this.fetch(node) };
  }

  private fetch(node: FetchNode): Fetch {
    const { planning, operationName } = this.context;
    return {
      subgraph: planning.guarded.get(node.serviceName)?.subgraph ?? node.serviceName,
      document: readFetchDocument(node, operationName, planning.requiredFields),
    };
  }

  private isSameCall(one: FetchNode, other: FetchNode): boolean {
    if (!one.requires || one.serviceName !== other.serviceName) return false;
    return this.fetch(one).document.query === this.fetch(other).document.query;
  }
}

function together(steps: readonly Step[]): Step {
  const [only, ...others] = steps;
  return only && others.length === 0 ? only : atOnce(steps);
}

function inSequence(steps: readonly Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function atOnce(steps: readonly Step[]): Step {
  return async (run) => {
    await Promise.all(steps.map((step) => step(run) ?? Promise.resolve()));
  };
}

interface PlacedFetch {
  readonly node: FetchNode;
  readonly path: PlanPath;
}

/** Every fetch of a plan but the first of a subscription, with where its objects are. */
function fetchesOf(node: PlanNode | SubscriptionNode | undefined, path: PlanPath = []): PlacedFetch[] {
  if (node?.kind === 'Fetch') return [{ node, path }];
  if (node?.kind === 'Flatten') return fetchesOf(node.node, [...path, ...node.path]);
  return childrenOf(node).flatMap((inner) => fetchesOf(inner, path));
}

function childrenOf(node: Exclude<PlanNode, { kind: 'Fetch' | 'Flatten' }> | SubscriptionNode | undefined) {
  switch (node?.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes;
    case 'Condition':
      return [node.ifClause, node.elseClause];
    case 'Subscription':
      return [node.rest];
    case 'Defer':
      return [node.primary.node, ...node.deferred.map((part) => part.node)];
    case undefined:
      return [];
  }
}

/** Does a path lead on from another one? */
function isWithin(path: PlanPath, start: PlanPath): boolean {
  return path.length > start.length && start.every((step, index) => path[index] === step);
}

function withoutSubjects(selections: readonly QueryPlanSelectionNode[]): QueryPlanSelectionNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'Field' && isSubjectField(selection.name)) return [];
    if (!selection.selections) return [selection];
    return [{ ...selection, selections: withoutSubjects(selection.selections) }];
  });
}

function requiredIn({ requires = [] }: FetchNode, all: RequiredFields): RequiredFields {
  const names = new Set<string>();
  const collect = (selection: QueryPlanSelectionNode): void => {
    if (selection.kind === 'Field') names.add(selection.name);
    selection.selections?.forEach(collect);
  };
  requires.forEach(collect);
  return new Map([...all].filter(([name]) => names.has(name)));
}
