import { everyNameIsInItsReference } from './docs-rules';
import {
  everyMigrationIsNamedByItsTime,
  everyTableOfAnEntityHasAMigration,
  migrationsRunInOrder,
} from './migration-rules';
import { type Repository } from './repository';
import { scopesAreThoseOfTheSchemas } from './scope-rules';
import { everyRootFieldIsGuarded, everyPhiFieldIsScoped } from './schema-rules';
import {
  everyPhiFieldIsStoredEncrypted,
  noSqlNamesAnotherDatabase,
  onlyConfigurationReadsTheEnvironment,
} from './source-rules';

/** One promise of docs/architecture.md that can be read off the schemas and sources. */
export interface Rule {
  /** The sentence that is printed when it does not hold. */
  readonly says: string;
  /** @returns what breaks it, one line each, with the place first */
  readonly check: (repository: Repository) => string[];
}

export const rules: readonly Rule[] = [
  { says: 'Every root field is scoped, authenticated, or open by decision', check: everyRootFieldIsGuarded },
  { says: 'Every @phi field is behind scopes, on whichever path it is reached', check: everyPhiFieldIsScoped },
  { says: 'Every @phi field is stored encrypted', check: everyPhiFieldIsStoredEncrypted },
  { says: 'Only config.ts and main.ts read the environment', check: onlyConfigurationReadsTheEnvironment },
  { says: 'No SQL of a subgraph names another database', check: noSqlNamesAnotherDatabase },
  { says: 'Every migration is named by its time', check: everyMigrationIsNamedByItsTime },
  { says: 'Migrations run in the order of their times', check: migrationsRunInOrder },
  { says: 'Every table of an entity has a migration', check: everyTableOfAnEntityHasAMigration },
  {
    says: 'The scopes of the platform are those that its schemas ask for',
    check: scopesAreThoseOfTheSchemas,
  },
  { says: 'Every error code, event and scope stands in its reference page', check: everyNameIsInItsReference },
];
