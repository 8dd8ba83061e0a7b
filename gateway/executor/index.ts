export { type ExecutionAnswer, type ExecutionRequest, type PlanExecutor, type PlannedOperation } from './plan-executor';
export { Planner } from './planner';
export { stockExecutor } from './stock-executor';
