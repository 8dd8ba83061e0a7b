export { IncrementalExecution, type IncrementalPart, type IncrementalResult } from './incremental-execution';
export { type LabelledOperation, labelFragments, withoutClientLabels } from './label-fragments';
