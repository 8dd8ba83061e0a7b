export { type ExecutionAnswer, type PlanExecutor, type PlannedOperation } from './plan-executor';
export { Planner } from './planner';
export { stockExecutor } from './stock-executor';
