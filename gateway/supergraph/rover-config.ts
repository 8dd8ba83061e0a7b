import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { type SubgraphDefinition } from './compose';
import { SupergraphError } from './supergraph-error';

/** Rover's format, so that Rover and the CLIs of other vendors read the same file. */
const configSchema = z.object({
  federation_version: z.union([z.string(), z.number()]),
  subgraphs: z.record(z.string(), z.object({ routing_url: z.url(), schema: z.object({ file: z.string().min(1) }) })),
});

export interface ReadSubgraphsOptions {
  /** Leave out subgraphs whose schema file is not there (any subset with auth is a platform). Default: refuse. */
  readonly skipMissing?: boolean;
  /** Only these. */
  readonly only?: readonly string[];
  /** Addresses that replace `routing_url`, by subgraph. */
  readonly urls?: ReadonlyMap<string, string>;
}

/** @throws {SupergraphError} when the file is malformed or names a schema that cannot be read */
export function readSubgraphs(configFile: string, options: ReadSubgraphsOptions = {}): SubgraphDefinition[] {
  const wanted = readEntries(configFile, options);
  const missing = wanted.filter(({ file }) => !existsSync(file));
  if (missing.length > 0 && !options.skipMissing) {
    const problems = missing.map(({ name, file }) => `${name}: there is no ${file}`);
    throw new SupergraphError('Some subgraphs have no schema file:', problems);
  }
  return wanted
    .filter((subgraph) => !missing.includes(subgraph))
    .map(({ name, url, file }) => ({ name, url, typeDefs: readFileSync(file, 'utf8') }));
}

/** Where the schemas are that a configuration names. @throws {SupergraphError} when it is malformed */
export function schemaFiles(configFile: string, options: ReadSubgraphsOptions = {}): string[] {
  return readEntries(configFile, options).map(({ file }) => file);
}

interface Entry {
  readonly name: string;
  readonly url: string;
  readonly file: string;
}

function readEntries(configFile: string, options: ReadSubgraphsOptions): Entry[] {
  const parsed = configSchema.safeParse(readYaml(configFile));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SupergraphError(`${configFile} is not a supergraph configuration:`, problems);
  }
  return Object.entries(parsed.data.subgraphs)
    .filter(([name]) => options.only?.includes(name) ?? true)
    .map(([name, { routing_url: routingUrl, schema }]) => ({
      name,
      url: options.urls?.get(name) ?? routingUrl,
      file: resolve(dirname(configFile), schema.file),
    }));
}

function readYaml(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SupergraphError(`${file} cannot be read:`, [(error as Error).message]);
  }
}
