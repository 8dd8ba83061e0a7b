import { column, migration } from '#shared/tables';

export const addCheckpointTimes = migration('1764000600003-add-checkpoint-times', async (schema) => {
  await schema.addColumn('trail_positions', 'checkpointed_at', column.time.orNull);
});
