import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type ClientsOrder, type ClientsReady, type WaitOrder, type Waited } from '../messages';

/** Opened at the same time. */
const opening = 50;

/** When the results came that nobody has asked for yet. */
let arrivals: string[] = [];
let waiting: { readonly results: number; readonly resolve: () => void } | null = null;

async function main(): Promise<void> {
  const [order] = (await once(process, 'message')) as [ClientsOrder];
  for (let from = 0; from < order.authorizations.length; from += opening) {
    await Promise.all(order.authorizations.slice(from, from + opening).map((one) => open(order, one)));
  }
  const ready: ClientsReady = { kind: 'ready', sockets: order.authorizations.length };
  process.send?.(ready);
  process.on('message', ({ results }: WaitOrder) => {
    void arrived(results).then((at) => {
      const waited: Waited = { kind: 'waited', at };
      process.send?.(waited);
    });
  });
  process.on('disconnect', () => process.exit());
}

async function open({ url, queries }: ClientsOrder, authorization: string): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
  const [acknowledgement] = (await once(socket, 'message')) as [Buffer];
  if (!acknowledgement.includes('connection_ack')) throw new Error(acknowledgement.toString());
  socket.on('message', (message: Buffer) => {
    // A client of its own would read it on a processor of its own.
    if (!message.includes('"type":"next"') || message.includes('"errors"')) throw new Error(message.toString());
    arrivals.push(String(process.hrtime.bigint()));
    if (waiting && arrivals.length >= waiting.results) waiting.resolve();
  });
  socket.on('close', (code: number) => {
    throw new Error(`A socket was closed with ${String(code)}`);
  });
  for (const [id, query] of queries.entries()) {
    socket.send(JSON.stringify({ type: 'subscribe', id: String(id), payload: { query } }));
  }
}

async function arrived(results: number): Promise<string[]> {
  if (arrivals.length < results) {
    await new Promise<void>((resolve) => {
      waiting = { results, resolve };
    });
  }
  const taken = arrivals;
  arrivals = [];
  return taken;
}

void main();
