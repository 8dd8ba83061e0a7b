import { column, migration } from '#shared/tables';

export const limitClients = migration('1764000700002-limit-clients', async (schema) => {
  await schema.addColumn('api_clients', 'rate_limit_per_minute', column.integer.orNull);
  await schema.addColumn('api_clients', 'ip_allow_list', column.text.orNull);
  await schema.addColumn('api_clients', 'persisted_only', column.flag.orNull);
});
