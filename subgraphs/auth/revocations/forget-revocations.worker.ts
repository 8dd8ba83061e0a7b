import { LessThanOrEqual } from 'typeorm';
import { newCorrelationId, runInContext } from '#shared/context';
import { type Worker } from '#shared/subgraph';
import { Revocation } from './revocation.entity';

const batch = 500;

/** Removes revocations of tokens that have all ended by themselves. */
export const forgetRevocations: Worker = {
  name: 'revocations',
  pollMs: 600_000,
  async run({ system, at }) {
    const due = await system.source.getRepository(Revocation).find({
      select: { id: true, organisationId: true, region: true },
      where: { endsAt: LessThanOrEqual(at) },
      take: batch,
    });
    const organisations = new Map(
      due.map(({ organisationId, region }) => [organisationId, { organisationId, region }]),
    );
    const work = { correlationId: newCorrelationId(), causationId: null, operationName: 'auth.revocations' };
    for (const organisation of organisations.values()) {
      await runInContext(work, () =>
        system.unitFor(organisation, at).remove(Revocation, { endsAt: LessThanOrEqual(at) }),
      );
    }
    return due.length;
  },
};
