import { type DemoContext } from '#shared/subgraph';
import { type ReviewsPorts } from './ports';
import { defaultQueueKey, ensureQueue } from './queues/queue.service';
import { caseSubmitted, draftWorkflow, publishWorkflow } from './workflows/definition.service';
import { flows } from './workflows/flows';

/** A queue and the four usual workflows, of which cases go first to the AI and then to a dermatologist. */
export async function seedDemo({ unit }: DemoContext<ReviewsPorts>): Promise<Readonly<Record<string, unknown>>> {
  const queue = await ensureQueue(unit, defaultQueueKey);
  const workflows: Record<string, string> = {};
  for (const flow of Object.values(flows)) {
    workflows[flow.key] = (await draftWorkflow(unit, { ...flow, trigger: caseSubmitted })).id;
  }
  await publishWorkflow(unit, workflows[flows.both.key] ?? '');
  return { queueId: queue.id, queueKey: queue.key, workflows };
}
