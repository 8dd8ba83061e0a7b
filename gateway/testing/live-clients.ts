import { type Scope } from '#shared/auth';
import { RawSocket } from './socket-client';
import { type TestGateway } from './test-gateway';
import { type TokenOptions } from './tokens';

export const organisationId = 'org_one';
export const reader: readonly Scope[] = ['clinical:cases:read', 'reviews:human:read'];
export const caseChanged = 'subscription { caseChanged { id } }';

/** The gauge says when subscriptions listen: an event before that is not for them. */
export async function untilListening({ url }: Pick<TestGateway, 'url'>, count: number): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    if (metrics.includes(`gateway_subscriptions ${String(count)}\n`)) return;
  }
}

/** Waits as long as a test may take. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A socket of its own, whose connection has been acknowledged. */
export async function openSocket(
  gateway: Pick<TestGateway, 'url' | 'issuer'>,
  scopes: readonly Scope[] = reader,
  options: TokenOptions = {},
): Promise<RawSocket> {
  const socket = await RawSocket.open(gateway.url);
  socket.send({ type: 'connection_init', payload: { authorization: await gateway.issuer.bearer(scopes, options) } });
  await socket.until(({ type }) => type === 'connection_ack');
  return socket;
}

/** Ids of the cases that came over a socket, with the cursors. */
export function resultsOf(socket: RawSocket, id = '1'): { readonly caseId: string; readonly cursor: string }[] {
  return socket.messages
    .filter((message) => message['type'] === 'next' && message['id'] === id)
    .map(({ payload }) => {
      const { data, extensions } = payload as {
        data: { caseChanged: { id: string } };
        extensions: { cursor: string };
      };
      return { caseId: data.caseChanged.id, cursor: extensions.cursor };
    });
}

/** One dispatch of an event stream: its fields as they were sent, with the comments. */
export interface StreamedMessage {
  readonly event: string | null;
  readonly id: string | null;
  readonly data: string | null;
  readonly isComment: boolean;
}

/** An event stream, read without a library. */
export class RawEventStream {
  readonly messages: StreamedMessage[] = [];
  /** Resolves when the gateway has ended the stream. */
  readonly ended: Promise<void>;
  private readonly abort = new AbortController();

  private constructor(readonly response: Response) {
    this.ended = this.read();
    this.ended.catch(() => undefined);
  }

  static async open(url: string, body: object, headers: Record<string, string> = {}): Promise<RawEventStream> {
    const abort = new AbortController();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body: JSON.stringify(body),
      signal: abort.signal,
    });
    const stream = new RawEventStream(response);
    stream.abort.signal.addEventListener('abort', () => {
      abort.abort();
    });
    return stream;
  }

  /** Waits for so many results. */
  async results(count: number): Promise<{ readonly id: string | null; readonly result: Record<string, unknown> }[]> {
    const results = (): StreamedMessage[] => this.messages.filter(({ event }) => event === 'next');
    await until(() => results().length >= count);
    return results().map(({ id, data }) => ({ id, result: JSON.parse(data ?? '') as Record<string, unknown> }));
  }

  close(): void {
    this.abort.abort();
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of this.response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      this.messages.push(...blocks.map(readMessage));
    }
  }
}

function readMessage(block: string): StreamedMessage {
  const lines = block.split('\n');
  const field = (name: string): string | null =>
    lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 2) ?? null;
  return {
    event: field('event'),
    id: field('id'),
    data: field('data'),
    isComment: lines.every((line) => line === ':'),
  };
}
