import { IsNull, LessThanOrEqual } from 'typeorm';
import { newCorrelationId, runInContext } from '#shared/context';
import { retryStale } from '#shared/database';
import { type SystemAccess, type Worker } from '#shared/subgraph';
import { User } from '../users/user.entity';
import { PatientLink } from './patient-link.entity';
import { endLink } from './patient-link.service';

const batch = 100;

/** Ends the rights of guardians whose time has come, and the tokens that carry them. */
export const endPatientLinks: Worker = {
  name: 'patient-links',
  pollMs: 5_000,
  async run({ system, at }) {
    const due = await system.source.getRepository(PatientLink).find({
      select: { id: true, organisationId: true, region: true },
      where: { endedAt: IsNull(), validUntil: LessThanOrEqual(at) },
      take: batch,
    });
    const work = { correlationId: newCorrelationId(), causationId: null, operationName: 'auth.patient-links' };
    for (const link of due) await runInContext(work, () => end(system, link));
    return due.length;
  },
};

function end(system: SystemAccess, { id, organisationId, region }: PatientLink): Promise<void> {
  const unit = system.unitFor({ organisationId, region }, new Date());
  return retryStale(() =>
    unit.transaction(async (tx) => {
      const { userId, patientId, endedAt } = await tx.get(PatientLink, id);
      if (endedAt === null) await endLink(tx, await tx.get(User, userId), { patientId, reason: 'EXPIRED' });
    }),
  );
}
