export { compiledExecutor } from './compiled-executor';
export { type ConsentGate } from './guard';
