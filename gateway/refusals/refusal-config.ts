import { existsSync, readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { isScope, type Scope } from '#shared/auth';
import { SupergraphError } from '../supergraph';

const configSchema = z.strictObject({
  /** The subgraph that keeps the audit trail. */
  subgraph: z.string().min(1),
  /** What it is told, with `$refusals`: a list of `Refusal` whose actor is an object and whose time is ISO 8601. */
  mutation: z.string().min(1),
  /** What the gateway may do there in its own name. */
  scopes: z.array(z.custom<Scope>((value) => typeof value === 'string' && isScope(value), 'is no scope')),
});

/** Who is told of what the gateway has refused. */
export type RefusalConfig = z.infer<typeof configSchema>;

/**
 * @returns null when there is no such file, or the subgraph it names is not among `subgraphs`
 * @throws {SupergraphError} when the file is malformed
 */
export function readRefusalConfig(file: string, subgraphs: readonly string[]): RefusalConfig | null {
  if (!existsSync(file)) return null;
  const parsed = configSchema.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SupergraphError(`${file} is not a configuration of refusals:`, problems);
  }
  return subgraphs.includes(parsed.data.subgraph) ? parsed.data : null;
}
