import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '#shared/config';
import { type Subgraph } from '#shared/subgraph';

const supergraphSchema = z.object({ subgraphs: z.record(z.string(), z.object({ routing_url: z.url() })) });

/**
 * Names and addresses of the subgraphs, from the one list there is (Rover's format). A new subgraph is a folder and a
 * line in that file: no launcher names any.
 * @throws {ConfigError} when the file is missing or malformed
 */
export function readSubgraphUrls(file = 'supergraph.yaml'): Map<string, string> {
  try {
    const { subgraphs } = supergraphSchema.parse(parse(readFileSync(file, 'utf8')));
    return new Map(Object.entries(subgraphs).map(([name, { routing_url: url }]) => [name, url]));
  } catch (cause) {
    throw new ConfigError(`SUPERGRAPH_CONFIG: ${file} is not a supergraph configuration`, { cause });
  }
}

/**
 * The subgraph of a folder, loaded only now: a process that runs one knows nothing of the others.
 * @throws {ConfigError} when there is none; its export bears the folder's name
 */
export async function loadSubgraph(name: string): Promise<Subgraph> {
  if (!/^[a-z]+$/.test(name)) throw new ConfigError('Say which subgraph to run, e.g. consent');
  const folder = `../subgraphs/${name}`;
  const exported = (await import(folder)) as Readonly<Record<string, Subgraph | undefined>>;
  const subgraph = exported[name];
  if (!subgraph) throw new ConfigError(`subgraphs/${name} has no subgraph of that name`);
  return subgraph;
}

/**
 * Which subgraphs to run, with their addresses: all of the file, or those asked for. Any subset with auth is a platform.
 * @throws {ConfigError} naming those that do not exist
 */
export function chooseSubgraphs(file: string, wanted: string | undefined): Map<string, string> {
  const known = readSubgraphUrls(file);
  const names = wanted?.split(',').map((name) => name.trim()) ?? [...known.keys()];
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new ConfigError(`SUBGRAPHS: ${file} has no ${unknown.join(', ')}`);
  if (!names.includes('auth'))
    throw new ConfigError('SUBGRAPHS: auth must be one of them, for nobody else makes tokens');
  return new Map([...known].filter(([name]) => names.includes(name)));
}
