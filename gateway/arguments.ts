import { parseArgs } from 'node:util';
import { ConfigError } from '#shared/config';

export const usage = `npm run gateway -- [--supergraph FILE.graphql] [--port N] [--persisted MANIFEST.json]

  --supergraph  a composed supergraph; without it the subgraphs of supergraph.yaml are composed
  --port        where to listen (4000); 0 takes any free port
  --persisted   a manifest of persisted operations

Everything else is set by environment variables: docs/gateway.md lists them. Paths are relative to the project's folder.`;

/** The variables that arguments stand for, or null when only help was asked for. @throws {ConfigError} */
export function readArguments(args: readonly string[]): Readonly<Record<string, string>> | null {
  const { help, supergraph, port, persisted } = parse(args);
  if (help) return null;
  return {
    ...(supergraph !== undefined && { SUPERGRAPH_FILE: supergraph }),
    ...(port !== undefined && { PORT: port }),
    ...(persisted !== undefined && { PERSISTED_MANIFEST: persisted }),
  };
}

interface Arguments {
  readonly help: boolean | undefined;
  readonly supergraph: string | undefined;
  readonly port: string | undefined;
  readonly persisted: string | undefined;
}

function parse(args: readonly string[]): Arguments {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h' }, supergraph: text, port: text, persisted: text },
    });
    return { help: values.help, supergraph: values.supergraph, port: values.port, persisted: values.persisted };
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}
