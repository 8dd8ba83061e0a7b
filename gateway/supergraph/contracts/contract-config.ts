import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { SupergraphError } from '../supergraph-error';

/** Which part of a supergraph some clients get. */
export interface Contract {
  /** With any: only fields and unions that bear one of these tags, or whose type does. Without: everything. */
  readonly include: readonly string[];
  /** Elements that bear one of these tags are left out, included or not. */
  readonly exclude: readonly string[];
  /** Whether types that no field leads to any more are left out as well. */
  readonly hideUnreachableTypes: boolean;
}

/** https://specs.apollo.dev/tag/v0.3: letters, digits, hyphens and slashes, 128 at most. */
const tag = z.string().regex(/^[A-Za-z0-9/-]{1,128}$/, 'is not the name of a tag');

const contractSchema = z
  .strictObject({
    include: z.array(tag).default([]),
    exclude: z.array(tag).default([]),
    hideUnreachableTypes: z.boolean().default(true),
  })
  .refine(({ include, exclude }) => include.length + exclude.length > 0, 'includes and excludes nothing')
  .refine(({ include, exclude }) => !include.some((name) => exclude.includes(name)), 'includes and excludes one tag');

const configSchema = z.strictObject({ contracts: z.record(z.string(), contractSchema) });

/** @throws {SupergraphError} when the file cannot be read or is not a list of contracts */
export function readContracts(file: string): ReadonlyMap<string, Contract> {
  const parsed = configSchema.safeParse(readYaml(file));
  if (parsed.success) return new Map(Object.entries(parsed.data.contracts));
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new SupergraphError(`${file} is not a list of contracts:`, problems);
}

function readYaml(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SupergraphError(`${file} cannot be read:`, [(error as Error).message]);
  }
}
