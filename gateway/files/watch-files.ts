import { stat } from 'node:fs/promises';

export interface WatchFilesOptions {
  /** Asked anew at every look: a configuration may come to name other files. */
  readonly files: () => readonly string[];
  readonly intervalMs: number;
  /**
   * Called once at the first look, for what has changed since the files were read before, and then once per change;
   * never twice at the same time.
   */
  readonly onChange: () => Promise<void>;
}

export interface FileWatch {
  close(): void;
}

/**
 * Looks at files every `intervalMs`. It asks the file system instead of being told: notifications are lost on network
 * volumes, and are about the wrong file where a deployment swaps a symbolic link.
 */
export function watchFiles({ files, intervalMs, onChange }: WatchFilesOptions): FileWatch {
  let handled: string | null = null;
  let previous: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  async function look(): Promise<void> {
    const current = await signatureOf(files());
    // What still changes, or is missing, is being written; a half of a file may well be valid.
    const isSettled = current !== null && current === previous;
    previous = current;
    if (!isSettled || current === handled) return;
    handled = current;
    await onChange();
  }

  const again = (): void => {
    if (isClosed) return;
    timer = setTimeout(() => {
      void look().finally(again);
    }, intervalMs);
    timer.unref();
  };
  void look().finally(again);
  return {
    close: () => {
      isClosed = true;
      if (timer) clearTimeout(timer);
    },
  };
}

/** @returns null when a file is not there */
async function signatureOf(files: readonly string[]): Promise<string | null> {
  try {
    const stats = await Promise.all(files.map((file) => stat(file)));
    return JSON.stringify(stats.map(({ ino, size, mtimeMs }, index) => [files[index], ino, size, mtimeMs]));
  } catch {
    return null;
  }
}
