import { type Dispatcher } from 'undici';
import { type Deadlines } from './deadlines';

export interface PostOptions {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly deadlines: Deadlines;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal | null;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * One POST. Rejects with AbortError when the caller has gone and with TimeoutError when the deadline has passed; either
 * frees the connection.
 */
export function post(dispatcher: Dispatcher, options: PostOptions): Promise<PostAnswer> {
  const { path, headers, body, deadlines, signal } = options;
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
            resolve({ status, text: textOf(chunks) });
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

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8');
}
