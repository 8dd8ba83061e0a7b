export { type ConsentGate, compiledExecutor, decideAbout } from './compiled';
export {
  type BegunAnswer,
  type DeferredPart,
  type ExecutionAnswer,
  type IncrementalExecutor,
  type PlanExecutor,
  type PlannedOperation,
} from './plan-executor';
export {
  type CountedMembers,
  type GuardRule,
  type GuardedMembers,
  Planner,
  type PlanningSupergraph,
  isSubjectField,
  preparePlanning,
} from './planning';
export { stockExecutor } from './stock-executor';
