import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { type Chance } from './chance';
import { document } from './documents';
import { type Credentials } from './requests';
import { type ErrorOfAnswer, faultOfErrors, leakIn } from './verdict';
import { json, oddity, text } from './words';

const types = [
  'connection_init',
  'subscribe',
  'complete',
  'ping',
  'pong',
  'next',
  'error',
  'connection_ack',
  'nothing',
];
/** Close codes that say that the gateway did something wrong (RFC 6455 §7.4.1, and 4500 of the platform). */
const faultyCodes = new Set([1006, 1011, 4500]);

/**
 * One socket with a few frames of nonsense.
 * @returns what is wrong with what came back, or null
 */
export async function fuzzSocket(url: string, chance: Chance, { bearer }: Credentials): Promise<string | null> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const faults: string[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (message: Buffer) => {
    const fault = faultOfMessage(message.toString('utf8'));
    if (fault !== null) faults.push(fault);
  });
  const closed = once(socket, 'close') as Promise<[number]>;
  await Promise.race([once(socket, 'open'), closed]);
  if (chance.is(0.7)) socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: bearer } }));
  for (const frame of chance.times(6, () => frameOf(chance))) socket.send(frame);
  // Whatever was sent before has been looked at once this is answered.
  socket.ping();
  await Promise.race([once(socket, 'pong'), closed]);
  socket.close(1000);
  const [code] = await closed;
  return faults[0] ?? (faultyCodes.has(code) ? `the close code ${String(code)}` : null);
}

function frameOf(chance: Chance): string | Buffer {
  switch (chance.below(8)) {
    case 0:
      return JSON.stringify(json(chance));
    case 1:
      return Buffer.from(Array.from({ length: chance.below(40) }, () => chance.below(256)));
    case 2:
      return chance.is(0.1) ? 'x'.repeat(70_000) : `{"type":"subscribe","id":"${oddity(chance)}`;
    default: {
      const payload = chance.is(0.6) ? { query: document(chance), variables: json(chance, 2) } : json(chance);
      const id = chance.is(0.7) ? text(chance) : json(chance, 1);
      return JSON.stringify({ type: chance.is(0.6) ? 'subscribe' : chance.of(types), id, payload });
    }
  }
}

function faultOfMessage(message: string): string | null {
  const leak = leakIn(message);
  if (leak) return leak;
  const { type, payload } = JSON.parse(message) as { type: string; payload?: readonly ErrorOfAnswer[] };
  return type === 'error' ? faultOfErrors(payload ?? []) : null;
}

const starts = [
  'POST /graphql HTTP/1.1',
  'GET /graphql?query={ping} HTTP/1.1',
  'PRI * HTTP/2.0',
  'POST /graphql',
  '\u0016\u0003\u0001',
];
const lines = [
  'host: a',
  'host: b',
  'content-length: 5',
  'content-length: -1',
  'content-length: 99999999999999999999',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'content-type: application/json',
  'connection: upgrade',
  'upgrade: websocket',
  'upgrade: h2c',
  'sec-websocket-key: x',
  'sec-websocket-version: 99',
  'sec-websocket-protocol: graphql-transport-ws',
  'expect: 100-continue',
  'expect: nothing',
  ' folded',
  ': nameless',
];

/** A connection with something that is HTTP, nearly. */
export async function fuzzConnection(url: string, chance: Chance): Promise<string | null> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    answer += part;
  });
  socket.on('error', () => undefined);
  const head = [chance.of(starts), ...chance.times(8, () => chance.of([...lines, `x: ${oddity(chance)}`]))];
  socket.end(
    `${head.join(chance.is(0.9) ? '\r\n' : '\n')}\r\n\r\n${chance.is(0.5) ? document(chance) : '5\r\n{"a":\r\n0\r\n\r\n'}`,
  );
  await once(socket, 'close');
  const fault = /HTTP\/1\.1 5\d\d/.test(answer) ? `an answer of a server that failed: ${answer.slice(0, 300)}` : null;
  return fault ?? leakIn(answer);
}
