import { type ServerResponse } from 'node:http';
import { type FormattedPart } from './graphql-pipeline';
import { type WrittenAnswer, valueOf } from './written-answer';

/** Incremental delivery over HTTP as it was proposed on 24 August 2022, which is what clients in the field speak. */
export const multipartType = 'multipart/mixed; boundary="-"; deferSpec=20220824';

/** A client says by its Accept header that it can put an answer together. */
export function takesParts(accept: string | undefined): boolean {
  return accept !== undefined && /multipart\/mixed\s*;[^,]*deferspec="?20220824/i.test(accept);
}

/** Writes an answer as its parts come. A client that has gone is sent no more. @returns the bytes written */
export async function sendParts(
  response: ServerResponse,
  initial: WrittenAnswer,
  rest: AsyncIterable<readonly FormattedPart[]>,
): Promise<number> {
  let length = 0;
  const write = (message: object, boundary: string): void => {
    const chunk = `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${JSON.stringify(message)}\r\n${boundary}`;
    length += Buffer.byteLength(chunk);
    response.write(chunk);
  };
  response.write('\r\n---');
  write({ ...valueOf(initial), hasNext: true }, '---');
  for await (const incremental of rest) {
    if (response.destroyed) return length;
    if (incremental.length > 0) write({ incremental, hasNext: true }, '---');
  }
  write({ hasNext: false }, '-----\r\n');
  response.end();
  return length;
}
