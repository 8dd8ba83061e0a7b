export { checkSchema, type CheckedChange, type SchemaCheck } from './check-schema';
