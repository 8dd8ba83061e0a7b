export { type GuardRule } from './guarded-subgraphs';
export { Planner } from './planner';
export { type PlanningSupergraph, preparePlanning } from './planning-supergraph';
export { type RequiredFields, withRealFields } from './required-fields';
export { type CountedMembers, type GuardedMembers, isSubjectField } from './subject-fields';
