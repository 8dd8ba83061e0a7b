export { Projection, type ProjectionContext } from './projection';
export { Shaping } from './shaping';
