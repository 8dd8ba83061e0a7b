export { type ConsentGate, compiledExecutor } from './compiled';
export {
  type BegunAnswer,
  type DeferredPart,
  type ExecutionAnswer,
  type IncrementalExecutor,
  type PlanExecutor,
  type PlannedOperation,
} from './plan-executor';
export { Planner, type PlanningSupergraph, preparePlanning } from './planning';
export { stockExecutor } from './stock-executor';
