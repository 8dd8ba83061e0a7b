export { compiledExecutor } from './compiled-executor';
export { type ConsentGate, decideAbout } from './guard';
