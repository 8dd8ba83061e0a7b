export { consentQuery, shopOperations, type ShopOperation } from './operations';
export { guardedSdl, plainSdl, shopSubgraphs, type Policy, type ShopSubgraph } from './schema';
export { ShopServer } from './server';
