export { applyContract } from './apply-contract';
export { readContracts, type Contract } from './contract-config';
