import { readFileSync } from 'node:fs';
import { z } from 'zod';

const shown = 25;

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Self time by function in a CPU profile, the greatest first. */
export function selfTimes(file: string): string {
  const { nodes, samples, timeDeltas } = profileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const totals = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    totals.set(name, (totals.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
  // Where nothing is done, and where the profiler itself is at work.
  for (const name of ['(idle)', 'dispatch']) totals.delete(name);
  const whole = [...totals.values()].reduce((sum, time) => sum + time, 0);
  return [...totals]
    .sort(([, one], [, other]) => other - one)
    .slice(0, shown)
    .map(([name, time]) => `${((100 * time) / whole).toFixed(1).padStart(5)} %  ${name}`)
    .join('\n');
}

function nameOf({
  functionName,
  url,
  lineNumber,
}: z.infer<typeof profileSchema>['nodes'][number]['callFrame']): string {
  const place = url.replace(/^.*\/(node_modules|dist)\//, '').replace(/^file:\/\//, '');
  return url ? `${functionName || '(anonymous)'}  ${place}:${String(lineNumber + 1)}` : functionName;
}
