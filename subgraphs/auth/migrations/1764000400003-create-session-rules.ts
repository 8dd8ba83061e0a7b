import { column, migration } from '#shared/tables';

export const createSessionRules = migration('1764000400003-create-session-rules', (schema) =>
  schema.createTenantTable('session_rules', { idle_seconds: column.integer }),
);
