export { idBytes, idPrefixes, isId, newId, parseId, idFromBytes, type IdPrefix } from './id';
