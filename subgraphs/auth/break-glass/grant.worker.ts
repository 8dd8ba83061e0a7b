import { IsNull, LessThanOrEqual } from 'typeorm';
import { newCorrelationId, runInContext } from '#shared/context';
import { type UnitOfWork } from '#shared/database';
import { type Worker, type WorkerContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { BreakGlassGrant } from './grant.entity';
import { escalateReview, expireBreakGlass } from './grant.service';

const batch = 100;
const columns = { id: true, organisationId: true, region: true } as const;

/** Ends what is over, and tells of reviews that nobody has done in time. */
export const watchBreakGlass: Worker<AuthPorts> = {
  name: 'break-glass',
  pollMs: 1_000,
  async run(context) {
    const grants = context.system.source.getRepository(BreakGlassGrant);
    const before = LessThanOrEqual(context.at);
    const over = await grants.find({ select: columns, where: { status: 'ACTIVE', expiresAt: before }, take: batch });
    const overdue = await grants.find({
      select: columns,
      where: { reviewedAt: IsNull(), escalatedAt: IsNull(), reviewDueAt: before },
      take: batch,
    });
    return (await forEach(context, over, expireBreakGlass)) + (await forEach(context, overdue, escalateReview));
  },
};

async function forEach(
  { system, at }: WorkerContext<AuthPorts>,
  due: readonly BreakGlassGrant[],
  work: (unit: UnitOfWork, id: string) => Promise<boolean>,
): Promise<number> {
  let done = 0;
  for (const row of due) {
    const about = { correlationId: newCorrelationId(), causationId: null, operationName: 'auth.break-glass' };
    if (await runInContext(about, () => work(system.unitFor(row, at), row.id))) done += 1;
  }
  return done;
}
