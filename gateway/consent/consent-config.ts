import { existsSync, readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { isScope, type Scope } from '#shared/auth';
import { SupergraphError } from '../supergraph';

const subjectPath = z
  .string()
  .regex(/^(resourceId|aggregate\.id|data\.\w+)$/, 'is resourceId, aggregate.id or data.<key>');

const configSchema = z.strictObject({
  /** The subgraph that decides. */
  subgraph: z.string().min(1),
  /**
   * What it is asked. Variables: `$subjects`, `$purpose`, `$dataCategory`, `$userId`, `$clientId`. The decisions stand
   * under `decisions`, each with `permitted reason cacheForSeconds consentType { key name }`, and `recordId` where a record of the subject decided.
   */
  query: z.string().min(1),
  /** What the gateway may do there in its own name. */
  scopes: z.array(z.custom<Scope>((value) => typeof value === 'string' && isScope(value), 'is no scope')),
  /** Events after which decisions are asked for anew: those of one subject where the event names it, else all. */
  invalidatedBy: z.array(z.strictObject({ types: z.array(z.string().min(1)).min(1), subject: subjectPath.optional() })),
});

/** Who decides about consent, and what makes a decision out of date. */
export type ConsentConfig = z.infer<typeof configSchema>;

/**
 * @returns null when there is no such file, or the subgraph it names is not among `subgraphs`
 * @throws {SupergraphError} when the file is malformed
 */
export function readConsentConfig(file: string, subgraphs: readonly string[]): ConsentConfig | null {
  if (!existsSync(file)) return null;
  const parsed = configSchema.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SupergraphError(`${file} is not a consent configuration:`, problems);
  }
  return subgraphs.includes(parsed.data.subgraph) ? parsed.data : null;
}
