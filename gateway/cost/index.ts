export { CostModel, type CompiledCost } from './cost-model';
