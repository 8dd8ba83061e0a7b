import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.listen();
});

afterAll(async () => {
  await gateway.close();
});

async function dial(): Promise<Socket> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes until the other side closes, and how long that took. */
async function untilClosed(socket: Socket): Promise<{ text: string; seconds: number }> {
  const startedAt = performance.now();
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  // A side that writes on into a closed connection is reset.
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return { text, seconds: (performance.now() - startedAt) / 1000 };
}

/** One byte and another, so that the connection is never idle. */
function drip(socket: Socket, byte: string): void {
  const timer = setInterval(() => socket.write(byte), 100);
  socket.once('close', () => {
    clearInterval(timer);
  });
}

const head = 'POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n';

test('keeps no connection open for a client that sends its headers or its body byte by byte, or not at all', async () => {
  const [headers, body, nothing] = await Promise.all([dial(), dial(), dial()]);
  headers.write(`${head}x-slow: `);
  drip(headers, 'a');
  body.write(`${head}content-length: 100000\r\n\r\n{`);
  drip(body, ' ');
  const [slowHeaders, slowBody, silent] = await Promise.all([headers, body, nothing].map(untilClosed));
  expect(slowHeaders?.text).toMatch(/^HTTP\/1\.1 408 /);
  expect(slowHeaders?.seconds).toBeLessThan(12);
  expect(slowBody?.text).toMatch(/^HTTP\/1\.1 408 /);
  expect(slowBody?.seconds).toBeLessThan(15);
  expect(silent?.seconds).toBeLessThan(12);
}, 30_000);

test('refuses headers above 16 KB, on whatever path', async () => {
  for (const path of ['/graphql', '/health/live']) {
    const socket = await dial();
    socket.write(`GET ${path} HTTP/1.1\r\nhost: gateway\r\nx-long: ${'x'.repeat(17_000)}\r\n\r\n`);
    expect((await untilClosed(socket)).text).toMatch(/^HTTP\/1\.1 431 /);
  }
});

test('refuses a body above the limit that does not say how long it is, and reads no further', async () => {
  const socket = await dial();
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
  const ended = untilClosed(socket);
  for (let sent = 0; sent < 20; sent++) socket.write(chunk);
  const { text } = await ended;
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
  expect(text).toContain('"limit":"bodyBytes"');
});

test.each([
  ['two lengths that contradict each other', 'content-length: 5\r\ncontent-length: 6\r\n\r\n'],
  ['a length beside chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'],
  ['a header without a name', ': value\r\n\r\n'],
  ['a header with a bare line feed', 'x-a: b\nx-c\x00: d\r\n\r\n'],
])('refuses %s, so that no proxy and we read two requests differently', async (_what, rest) => {
  const socket = await dial();
  socket.write(head + rest);
  const { text } = await untilClosed(socket);
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
});
