export { AccessNotes } from './access-notes';
export { Administered } from './administered';
export { type AuditedAct, type ReliedConsent } from './audit-record';
export { Encrypted, hasSubject, PhiSubject, type DataCategory } from './encrypted';
export { WithoutHistory } from './history';
export {
  inTransaction,
  openDatabase,
  withTenant,
  type Database,
  type DatabaseOptions,
  type MysqlConnection,
  type SqliteConnection,
} from './open-database';
export { defaultPageSize, maxPageSize, type Page, type PageArguments, type PageRequest } from './page';
export { platformEntities, platformMigrations } from './platform-tables';
export { patientVisibility, VisibleBy, type RowPolicy, type Visibility } from './row-policy';
export { retryStale } from './retry-stale';
export { type NewValues } from './row-writer';
export { TenantEntity, type EntityType } from './tenant-entity';
export { UnitOfWork, type EventToPublish, type Once, type Persistence, type UnitOptions } from './unit-of-work';
export { isUniqueViolation } from './unique-violation';
