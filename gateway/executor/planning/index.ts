export { type GuardedFetch } from './guarded-subgraphs';
export { Planner } from './planner';
export { type PlanningSupergraph, preparePlanning } from './planning-supergraph';
export { type RequiredFields } from './required-fields';
