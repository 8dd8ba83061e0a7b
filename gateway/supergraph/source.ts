import { readFile } from 'node:fs/promises';
import { composeInBackground } from './compose-in-background';
import { type ReadSubgraphsOptions, readSubgraphs, schemaFiles } from './rover-config';
import { SupergraphError } from './supergraph-error';

/** Where a gateway's supergraph comes from. */
export interface SupergraphSource {
  /** The files it is made of at the moment. */
  files(): readonly string[];
  /** Its SDL. @throws {SupergraphError} */
  read(): Promise<string>;
}

/** A supergraph that was composed before, by whatever tool. */
export function composedFile(file: string): SupergraphSource {
  return {
    files: () => [file],
    read: async () => {
      try {
        return await readFile(file, 'utf8');
      } catch (error) {
        throw new SupergraphError(`${file} cannot be read:`, [(error as Error).message]);
      }
    },
  };
}

/** The subgraphs of a configuration in Rover's format, composed here. */
export function roverConfig(configFile: string, options: ReadSubgraphsOptions = {}): SupergraphSource {
  let schemas: readonly string[] = [];
  let composed: { readonly from: string; readonly sdl: string } | null = null;
  return {
    files: () => {
      try {
        schemas = schemaFiles(configFile, options);
      } catch (error) {
        // While the configuration is broken its last schemas are looked at: `read` says what is wrong with it.
        if (!(error instanceof SupergraphError)) throw error;
      }
      return [configFile, ...schemas];
    },
    read: async () => {
      const subgraphs = readSubgraphs(configFile, options);
      const from = JSON.stringify(subgraphs);
      if (composed?.from !== from) composed = { from, sdl: await composeInBackground(subgraphs) };
      return composed.sdl;
    },
  };
}
