/** One response as it came over a connection. */
export interface RawResponse {
  readonly status: number;
  readonly text: string;
  /** The server will close the connection after it. */
  readonly isLast: boolean;
}

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

interface Head {
  readonly status: number;
  readonly isLast: boolean;
  /** Null: the body is chunked. */
  readonly contentLength: number | null;
  readonly bodyAt: number;
}

interface Body {
  readonly bytes: Buffer;
  readonly endsAt: number;
}

/**
 * Reads HTTP/1.1 responses from the bytes of a connection (RFC 9112). It understands what GraphQL servers answer with: a
 * body of known length or in chunks, never one that ends with the connection.
 */
export class ResponseReader {
  private bytes: Buffer = Buffer.alloc(0);

  /** @param maxBytes of one response, head included */
  constructor(private readonly maxBytes: number) {}

  /** @throws {Error} when the bytes are not such responses: the connection is of no more use */
  read(chunk: Buffer): RawResponse[] {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    const responses: RawResponse[] = [];
    for (let response = this.next(); response; response = this.next()) responses.push(response);
    if (this.bytes.length > this.maxBytes) throw new Error('The response is too large');
    return responses;
  }

  private next(): RawResponse | null {
    const head = readHead(this.bytes);
    if (!head) return null;
    if (head.contentLength !== null && head.contentLength > this.maxBytes) throw new Error('The response is too large');
    const body = head.contentLength === null ? readChunks(this.bytes, head.bodyAt) : this.readBytes(head);
    if (!body) return null;
    this.bytes = this.bytes.subarray(body.endsAt);
    // An interim response announces the one that counts (RFC 9110 §15.2).
    if (head.status < 200) return this.next();
    return { status: head.status, isLast: head.isLast, text: body.bytes.toString('utf8') };
  }

  private readBytes({ bodyAt, contentLength }: Head): Body | null {
    const endsAt = bodyAt + (contentLength ?? 0);
    return this.bytes.length < endsAt ? null : { bytes: this.bytes.subarray(bodyAt, endsAt), endsAt };
  }
}

function readHead(bytes: Buffer): Head | null {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return null;
  const text = bytes.toString('latin1', 0, end);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  if (status === undefined) throw new Error('The response is not HTTP/1.1');
  const isLast = /\r\nconnection: *close/i.test(text);
  const bodyAt = end + headEnd.length;
  if (/\r\ntransfer-encoding: *chunked/i.test(text))
    return { status: Number(status), isLast, bodyAt, contentLength: null };
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  // 1xx, 204 and 304 have no body (RFC 9112 §6.3).
  if (length === undefined && !/^(1..|204|304)$/.test(status)) throw new Error('The response does not say its length');
  return { status: Number(status), isLast, bodyAt, contentLength: Number(length ?? 0) };
}

function readChunks(bytes: Buffer, from: number): Body | null {
  const parts: Buffer[] = [];
  let at = from;
  for (;;) {
    const sizeEnd = bytes.indexOf(lineEnd, at);
    if (sizeEnd < 0) return null;
    const sizeText = bytes.toString('latin1', at, sizeEnd);
    if (!/^[0-9a-f]{1,8}\s*(;.*)?$/i.test(sizeText)) throw new Error('The response has a malformed chunk');
    const size = parseInt(sizeText, 16);
    const start = sizeEnd + lineEnd.length;
    const end = start + size;
    if (bytes.length < end + lineEnd.length) return null;
    if (size === 0) return { bytes: Buffer.concat(parts), endsAt: end + lineEnd.length };
    parts.push(bytes.subarray(start, end));
    at = end + lineEnd.length;
  }
}
