import { column, migration } from '#shared/tables';

export const addSigningKeyTimes = migration('1764000400002-add-signing-key-times', async (schema) => {
  await schema.addColumn('signing_keys', 'not_before', column.time.orNull);
  await schema.addColumn('signing_keys', 'retire_at', column.time.orNull);
});
