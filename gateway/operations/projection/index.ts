export { type Projected, Projection, type ProjectionContext, type ProjectionInput } from './projection';
export { Shaping } from './shaping';
