import fc from 'fast-check';
import { ResponseReader } from './response-reader';

interface Sent {
  readonly status: number;
  readonly text: string;
  readonly isChunked: boolean;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  status: fc.constantFrom(200, 400, 500),
  text: fc.string({ unit: 'binary', maxLength: 300 }),
  isChunked: fc.boolean(),
});

function bytesOf({ status, text, isChunked }: Sent): Buffer {
  const body = Buffer.from(text);
  const head = `HTTP/1.1 ${String(status)} Fine\r\nDate: now\r\n`;
  if (!isChunked) return Buffer.concat([Buffer.from(`${head}Content-Length: ${String(body.length)}\r\n\r\n`), body]);
  const chunks = [body.subarray(0, 7), body.subarray(7)].filter(({ length }) => length > 0);
  const framed = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`), ...framed, Buffer.from('0\r\n\r\n')]);
}

test('reads the same responses however the bytes arrive', () => {
  fc.assert(
    fc.property(
      fc.array(sent, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (all, sizes) => {
        const bytes = Buffer.concat(all.map(bytesOf));
        const reader = new ResponseReader(1_000_000);
        const read: { status: number; text: string }[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          read.push(...reader.read(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(read.map(({ status, text }) => [status, text])).toEqual(
          all.map(({ status, text }) => [status, Buffer.from(text).toString('utf8')]),
        );
      },
    ),
  );
});

test('sees that a response is the last of its connection, and passes over interim ones', () => {
  const reader = new ResponseReader(1_000);
  const text = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}';
  expect(reader.read(Buffer.from(text))).toEqual([{ status: 200, text: '{}', isLast: true }]);
});

test.each([
  ['is not HTTP/1.1', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['does not say how long it is', 'HTTP/1.1 200 OK\r\n\r\n{}'],
  ['is longer than may be', 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{}'],
  ['has a chunk of no size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
  ['never ends its head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(2_000)}`],
])('gives a connection up whose response %s', (...[, text]) => {
  expect(() => new ResponseReader(1_000).read(Buffer.from(text))).toThrow();
});
