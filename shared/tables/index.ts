export {
  CodeColumn,
  DayColumn,
  FlagColumn,
  IdColumn,
  IntegerColumn,
  JsonColumn,
  MoneyColumn,
  NumberColumn,
  ReferenceColumn,
  TextColumn,
  TimeColumn,
  idTransformer,
} from './columns';
export { migration, type Migration } from './migration';
export { column, type Dialect, type MigrationSchema, type TableOptions } from './migration-schema';
