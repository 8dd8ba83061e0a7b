import { existsSync, readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { isScope, type Scope } from '#shared/auth';
import { SupergraphError } from '../supergraph';

const configSchema = z.strictObject({
  /** The subgraph that knows. */
  subgraph: z.string().min(1),
  /**
   * What it is asked, with `$after` (null the first time). The answer stands under `revocations`: `entries { kind key
   * issuedUntil endsAt } cursor isComplete`.
   */
  query: z.string().min(1),
  /** What the gateway may do there in its own name. */
  scopes: z.array(z.custom<Scope>((value) => typeof value === 'string' && isScope(value), 'is no scope')),
  /** Events after which it is asked at once. */
  wokenBy: z.array(z.string().min(1)),
});

/** Who tells the gateway which tokens are revoked. */
export type RevocationConfig = z.infer<typeof configSchema>;

/**
 * @returns null when there is no such file, or the subgraph it names is not among `subgraphs`
 * @throws {SupergraphError} when the file is malformed
 */
export function readRevocationConfig(file: string, subgraphs: readonly string[]): RevocationConfig | null {
  if (!existsSync(file)) return null;
  const parsed = configSchema.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SupergraphError(`${file} is not a revocation configuration:`, problems);
  }
  return subgraphs.includes(parsed.data.subgraph) ? parsed.data : null;
}
