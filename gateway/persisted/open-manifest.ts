import { watchFiles } from '../files';
import { parseManifest, readManifestText } from './manifest';
import { type PersistedDocuments } from './persisted-documents';

export interface OpenManifestOptions {
  readonly file: string;
  readonly documents: PersistedDocuments;
  /** Between two looks at the file. */
  readonly intervalMs: number;
  /** The file has come to hold another manifest, which is in use now. */
  readonly onReplaced: () => void;
  /** The file has come to hold no manifest; the one in use stays. */
  readonly onFailure: (error: unknown) => void;
}

export interface ManifestWatch {
  /** Reads the file now. */
  reread(): void;
  close(): void;
}

/** Takes the manifest of a file into use and follows the file. @throws {ManifestError} when it holds none to begin with */
export function openManifest(options: OpenManifestOptions): ManifestWatch {
  const { file, documents, intervalMs, onReplaced, onFailure } = options;
  let used = readManifestText(file);
  documents.replace(parseManifest(file, used));

  const reread = (): void => {
    try {
      const text = readManifestText(file);
      if (text === used) return;
      documents.replace(parseManifest(file, text));
      used = text;
    } catch (error) {
      onFailure(error);
      return;
    }
    onReplaced();
  };
  const watch = watchFiles({
    files: () => [file],
    intervalMs,
    onChange: () => {
      reread();
      return Promise.resolve();
    },
  });
  return {
    reread,
    close: () => {
      watch.close();
    },
  };
}
