import { watchFiles } from '../files';
import { type LoadedSupergraph, hashOf, loadSupergraph } from './load';
import { type SupergraphSource } from './source';

export interface WatchSupergraphOptions {
  readonly source: SupergraphSource;
  /** The supergraph that is served. */
  readonly current: LoadedSupergraph;
  /** Between two looks at the files. */
  readonly intervalMs: number;
  /** Takes a supergraph that has loaded into use. One that rejects leaves the old one in place. */
  readonly onSupergraph: (supergraph: LoadedSupergraph) => Promise<void>;
  /** The files hold nothing that could be served; what is served stays. */
  readonly onFailure: (error: unknown) => void;
}

export interface SupergraphWatch {
  /** Reads the files now, whether they have changed or not; resolves when what they hold is in use or refused. */
  reread(): Promise<void>;
  /** Ends the watch, after a reading that has begun. */
  close(): Promise<void>;
}

/** Follows the files of a supergraph. What does not compose or load is reported and never served. */
export function watchSupergraph(options: WatchSupergraphOptions): SupergraphWatch {
  const { source, intervalMs, onSupergraph, onFailure } = options;
  let served = options.current.hash;
  /** One reading at a time, in the order in which they were asked for. */
  let last: Promise<void> = Promise.resolve();

  async function readOnce(): Promise<void> {
    try {
      const sdl = await source.read();
      if (hashOf(sdl) === served) return;
      const supergraph = loadSupergraph(sdl);
      await onSupergraph(supergraph);
      served = supergraph.hash;
    } catch (error) {
      onFailure(error);
    }
  }

  const reread = (): Promise<void> => {
    last = last.then(readOnce);
    return last;
  };
  const watch = watchFiles({ files: () => source.files(), intervalMs, onChange: reread });
  return {
    reread,
    close: () => {
      watch.close();
      return last;
    },
  };
}
