import { type ExecutionResult, type FormattedExecutionResult, parse, print } from 'graphql';
import { silentLogger } from '#shared/logging';
import {
  type ConsentGate,
  type ExecutionAnswer,
  type IncrementalExecutor,
  type PlanExecutor,
  type PlannedOperation,
  type PlanningSupergraph,
  compiledExecutor,
  preparePlanning,
  stockExecutor,
} from '../executor';
import { openConsent } from '../consent';
import { Operations } from '../operations';
import { connectSubgraphs } from '../transport';
import { type Run } from './subgraph';
import { mergeParts } from './parts';
import { type ConformanceSupergraph, type Question } from './supergraph';

/** `ours` is what the gateway runs; `stock` is Apollo's executor on the plans of Apollo's planner. */
export type Seat = 'ours' | 'stock';

export interface SeatAnswer {
  readonly data: unknown;
  readonly errors: readonly SeatError[];
  readonly journal: readonly string[];
}

export interface SeatError {
  readonly path: string;
  readonly code: string | null;
  readonly message: string;
}

/** Two gateways that differ only in what executes, in front of the same subgraphs. */
export class Arena {
  /** Whether the two run the same plans. They cannot where our plans have fields that stock plans do not know. */
  readonly sharesPlans: boolean;
  private readonly executors: { readonly ours: IncrementalExecutor; readonly stock: PlanExecutor };
  private readonly gate: ConsentGate;
  private readonly operations: Readonly<Record<Seat, Operations>>;
  private seated: Seat = 'ours';
  /** What the stock executor said itself, in the shape that it gave it. */
  private said: { readonly planned: PlannedOperation; readonly answer: ExecutionAnswer } | null = null;

  constructor(readonly supergraph: ConformanceSupergraph) {
    const { loaded } = supergraph;
    const transports = supergraph.transports();
    const subgraphs = connectSubgraphs({ transports, deadlineMs: 5_000, log: silentLogger, observe: () => undefined });
    const planning = preparePlanning(loaded);
    this.gate = openConsent({ config: null, subgraphs, events: null, log: silentLogger });
    this.executors = {
      ours: compiledExecutor({ planning, subgraphs, gate: this.gate }),
      stock: stockExecutor({ supergraph: loaded, subgraphs, log: silentLogger }),
    };
    this.sharesPlans = planning.requiredFields.size === 0;
    const ours = this.operationsOn(planning);
    this.operations = { ours, stock: this.sharesPlans ? ours : this.operationsOn(unrepaired(supergraph)) };
  }

  async ask(seat: Seat, { source, variables = {}, operationName = null }: Question, run: Run): Promise<SeatAnswer> {
    this.seated = seat;
    this.said = null;
    const operations = this.operations[seat];
    const result = await this.supergraph.during(run, async (correlationId) => {
      const prepared = operations.prepare({ source, operationName }, () => parse(source));
      const request = { actor: null, correlationId, variables };
      // As the bytes that a client would get.
      if (seat === 'stock') return operations.execute(prepared, request);
      const { data, ...others } = await operations.answer(prepared, request);
      return { ...others, ...(data && (JSON.parse(data.toString('utf8')) as ExecutionResult)) };
    });
    // The stock executor shapes its answers by itself, so that our shaping is compared too; except where selections were
    // renamed before they were planned, as only ours names them back.
    return answerOf(this.saidInItsOwnWords() ?? result, run.journal);
  }

  /** What a client has that asks us for an answer in parts, when the last has come. */
  async askInParts({ source, variables = {} }: Question, run: Run): Promise<SeatAnswer> {
    this.seated = 'ours';
    const { ours } = this.operations;
    const result = await this.supergraph.during(run, async (correlationId) => {
      const prepared = ours.prepare({ source, operationName: null }, () => parse(source));
      return mergeParts(await ours.begin(prepared, { actor: null, correlationId, variables }));
    });
    return answerOf(result, run.journal);
  }

  /** @param run one without faults: the monolith has no subgraphs that could fail */
  async askMonolith(question: Question, run: Run): Promise<SeatAnswer> {
    return answerOf(await this.supergraph.askMonolith(question, run), run.journal);
  }

  private saidInItsOwnWords(): ExecutionAnswer | null {
    return this.said && !isRenamed(this.said.planned) ? this.said.answer : null;
  }

  /** Planning costs more than all the rest, so that both seats use one plan where they can. */
  private operationsOn(planning: PlanningSupergraph): Operations {
    const executor: IncrementalExecutor = {
      begin: (planned, request) => this.executors.ours.begin(planned, request),
      execute: async (planned, request) => {
        const answer = await this.executors[this.seated].execute(planned, request);
        if (this.seated === 'stock') this.said = { planned, answer };
        return answer;
      },
    };
    return new Operations({ supergraph: this.supergraph.loaded, planning, executor, gate: this.gate });
  }
}

function isRenamed({ document }: PlannedOperation): boolean {
  return /\b_as_/.test(print(document));
}

/** Planned as Apollo's planner plans it. */
function unrepaired({ loaded }: ConformanceSupergraph): PlanningSupergraph {
  const { planning, joinedFields } = loaded;
  return {
    supergraph: planning,
    joinedFields,
    guards: [],
    members: null,
    guarded: new Map(),
    requiredFields: new Map(),
    requiredBy: new Map(),
  };
}

/** As it would be on the wire. */
function answerOf(result: ExecutionResult, journal: readonly string[]): SeatAnswer {
  const { data = null, errors = [] } = JSON.parse(JSON.stringify(result)) as FormattedExecutionResult;
  return {
    data,
    errors: errors.map(({ path = [], message, extensions }) => {
      const code = extensions?.['code'];
      return { path: path.join('.'), code: typeof code === 'string' ? code : null, message };
    }),
    journal: [...journal],
  };
}
