import { column, migration } from '#shared/tables';

/** Null in the rows that are there already: whether those have provisions is known by decrypting them. */
export const noteProvisions = migration('1764000100002-note-provisions', async (schema) => {
  await schema.addColumn('consent_records', 'has_provisions', column.flag.orNull);
});
