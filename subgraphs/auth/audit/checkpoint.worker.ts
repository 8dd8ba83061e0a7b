import { type SystemAccess, type Worker } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { checkpointsOf } from './checkpoints';
import { TrailPosition } from './position.entity';

const chainsPerRun = 100;

/** Anchors a checkpoint of every chain that has grown, as far as the index has found it whole; each once in a while. */
export const anchorCheckpoints: Worker<AuthPorts> = {
  name: 'anchor-checkpoints',
  pollMs: 1_000,
  async run({ system, ports, at, stopping }) {
    const before = new Date(at.getTime() - ports.config.AUDIT_CHECKPOINT_SECONDS * 1_000);
    const due = await system.source
      .createQueryBuilder(TrailPosition, 'position')
      .where('position.batchSequence > position.checkpointSequence')
      .andWhere('(position.checkpointedAt IS NULL OR position.checkpointedAt <= :before)', { before })
      .take(chainsPerRun)
      .getMany();
    for (const position of due) {
      if (stopping()) break;
      await anchorOne({ system, ports, at }, position);
    }
    return due.length;
  },
};

interface Anchoring {
  readonly system: SystemAccess;
  readonly ports: AuthPorts;
  readonly at: Date;
}

async function anchorOne(
  { system, ports, at }: Anchoring,
  { organisationId, region, subgraph, ...position }: TrailPosition,
): Promise<void> {
  const { batchNumber: batch, batchSequence, batchHash: hash, checkpoints } = position;
  const chain = { organisationId, subgraph, number: checkpoints + 1 };
  const next = { ...chain, batch, sequence: batchSequence, hash, at: at.toISOString() };
  const { sequence, number } = await checkpointsOf(ports, system).anchor(next);
  const counted = { checkpoints: number, checkpointSequence: sequence, checkpointedAt: at };
  const positions = system.source.getRepository(TrailPosition);
  const moved = await positions.update({ organisationId, subgraph, checkpoints }, counted);
  if (moved.affected === 0) return; // another process has counted it
  await system.unitFor({ organisationId, region }, at).publish('auth.audit.checkpointed', {
    resourceId: organisationId,
    aggregate: { type: 'AuditTrail', id: organisationId },
    data: { subgraph: subgraph.toUpperCase(), sequence, number },
  });
}
