import { type Dispatcher } from 'undici';
import { type CancelSignal } from './cancel-signal';
import { type Deadlines } from './deadlines';

/** Makes something of a response. What it throws is what the request is rejected with. */
export type ReadResponse<T> = (status: number, text: string) => T;

export interface PostOptions<T> {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly deadlines: Deadlines;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: CancelSignal | null;
  readonly read: ReadResponse<T>;
}

/**
 * One POST. Rejects with AbortError when the caller has gone and with TimeoutError when the deadline has passed; either
 * frees the connection.
 */
export function post<T>(dispatcher: Dispatcher, options: PostOptions<T>): Promise<T> {
  const { path, headers, body, deadlines, signal, read } = options;
  return new Promise((resolve, reject) => {
    let request: Dispatcher.DispatchController | null = null;
    let status = 0;
    const chunks: Buffer[] = [];
    const stop = (name: string): void => {
      const reason = new DOMException('The request was ended', name);
      // Not yet on a connection, it has nobody who would tell of its end.
      request?.abort(reason);
      settle(() => {
        reject(reason);
      });
    };
    const onAbort = (): void => {
      stop('AbortError');
    };
    const deadline = deadlines.set(() => {
      stop('TimeoutError');
    });
    const settle = (done: () => void): void => {
      deadline.cancel();
      signal?.removeEventListener('abort', onAbort);
      done();
    };
    signal?.addEventListener('abort', onAbort);
    dispatcher.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart: (controller) => {
          request = controller;
        },
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => {
          settle(() => {
            resolveWith(() => read(status, textOf(chunks)), { resolve, reject });
          });
        },
        onResponseError: (_controller, error) => {
          settle(() => {
            reject(error);
          });
        },
      },
    );
  });
}

/** Resolves with what is made, or rejects with what is thrown. */
export function resolveWith<T>(
  make: () => T,
  { resolve, reject }: { resolve: (value: T) => void; reject: (reason: Error) => void },
): void {
  try {
    resolve(make());
  } catch (error) {
    reject(error as Error);
  }
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8');
}
