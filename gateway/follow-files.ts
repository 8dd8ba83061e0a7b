import { validate } from 'graphql';
import { Counter, type Registry } from 'prom-client';
import { type Logger } from '#shared/logging';
import { type GatewayEnvironment } from './config';
import { assertCallersAreKnown } from './known-callers';
import { type ManifestWatch, type PersistedDocuments, openManifest } from './persisted';
import { type RemoteSubgraphs } from './remote-subgraphs';
import { type Gateway } from './server';
import { type LoadedSupergraph, type SupergraphSource, watchSupergraph } from './supergraph';

export interface FollowFilesOptions {
  readonly gateway: Gateway;
  readonly settings: GatewayEnvironment;
  readonly source: SupergraphSource;
  /** The supergraph that is served. */
  readonly supergraph: LoadedSupergraph;
  readonly subgraphs: RemoteSubgraphs;
  readonly persisted: PersistedDocuments;
  readonly registry: Registry;
  readonly log: Logger;
}

/**
 * Takes the manifest into use, and then whatever the files of the gateway come to hold, by itself and on SIGHUP.
 * @throws {ManifestError} when there is no manifest to begin with
 */
export function followFiles(options: FollowFilesOptions): { close(): Promise<void> } {
  const { gateway, settings, source, subgraphs, registry, log } = options;
  const reloads = new Counter({
    name: 'gateway_reloads_total',
    help: 'Supergraphs and manifests that came while the gateway ran: taken into use, or refused for what they hold',
    labelNames: ['of', 'outcome'],
    registers: [registry],
  });
  let served = options.supergraph;
  const checkOperations = (): void => {
    warnOfInvalid(options, served);
  };
  const manifestWatch = followManifest(options, { reloads, checkOperations });
  checkOperations();
  const supergraphWatch = watchSupergraph({
    source,
    current: served,
    intervalMs: settings.RELOAD_INTERVAL_MS,
    onSupergraph: (supergraph) => {
      assertCallersAreKnown(supergraph, settings);
      subgraphs.follow(supergraph);
      gateway.reload(supergraph);
      served = supergraph;
      reloads.inc({ of: 'supergraph', outcome: 'used' });
      checkOperations();
      return Promise.resolve();
    },
    onFailure: (err) => {
      reloads.inc({ of: 'supergraph', outcome: 'refused' });
      log.error({ err }, 'The new supergraph is not used; the old one goes on');
    },
  });
  const reread = (): void => {
    manifestWatch?.reread();
    void supergraphWatch.reread();
  };
  process.on('SIGHUP', reread);
  return {
    close: () => {
      process.off('SIGHUP', reread);
      manifestWatch?.close();
      return supergraphWatch.close();
    },
  };
}

function followManifest(
  { settings, persisted, log }: FollowFilesOptions,
  { reloads, checkOperations }: { readonly reloads: Counter<'of' | 'outcome'>; readonly checkOperations: () => void },
): ManifestWatch | null {
  if (settings.PERSISTED_MANIFEST === undefined) return null;
  return openManifest({
    file: settings.PERSISTED_MANIFEST,
    documents: persisted,
    intervalMs: settings.RELOAD_INTERVAL_MS,
    onReplaced: () => {
      reloads.inc({ of: 'manifest', outcome: 'used' });
      log.info({ operations: persisted.operations.length }, 'A new manifest of persisted operations is used');
      checkOperations();
    },
    onFailure: (err) => {
      reloads.inc({ of: 'manifest', outcome: 'refused' });
      log.error({ err }, 'The new manifest is not used; the old one goes on');
    },
  });
}

/** An operation that the supergraph does not have is no reason not to start: it is refused when it is asked for. */
function warnOfInvalid({ persisted, log }: FollowFilesOptions, { schema }: LoadedSupergraph): void {
  const invalid = persisted.operations.filter(
    ({ document }) => validate(schema, document, undefined, { maxErrors: 1 }).length > 0,
  );
  if (invalid.length === 0) return;
  const operations = invalid.map(({ id, name }) => `${name} (${id})`);
  log.warn({ operations }, 'Persisted operations are not valid in this supergraph');
}
