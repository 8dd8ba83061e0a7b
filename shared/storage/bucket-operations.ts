import { type S3Exchange } from './object-operations';
import { escapeXml, S3Error } from './s3-error';

const largestPage = 1_000;

export async function createBucket({ message, response, request, files }: S3Exchange): Promise<void> {
  message.resume(); // a CreateBucketConfiguration names a region, and there is only one here
  await files.createBucket(request.bucket);
  response.writeHead(200, { location: `/${request.bucket}` }).end();
}

export async function headBucket({ response }: S3Exchange): Promise<void> {
  response.writeHead(200).end();
}

/** ListObjectsV2 with prefix, max-keys and continuation-token. */
export async function listObjects({ request, response, files }: S3Exchange): Promise<void> {
  const { query, bucket } = request;
  if (query.get('list-type') !== '2') throw new S3Error(501, 'NotImplemented', 'List objects with list-type=2');
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64url');
  const size = pageSize(query.get('max-keys'));
  const all = await files.list(bucket, query.get('prefix') ?? '');
  const rest = all.filter(({ key }) => after.length === 0 || Buffer.compare(Buffer.from(key), after) > 0);
  const page = rest.slice(0, size);
  const last = page.length < rest.length ? page.at(-1) : undefined;
  const contents = page.map(({ key, sizeBytes, etag, storedAt }) =>
    element('Contents', [
      ...[element('Key', escapeXml(key)), element('LastModified', storedAt)],
      ...[element('ETag', escapeXml(`"${etag}"`)), element('Size', String(sizeBytes))],
    ]),
  );
  const body = element('ListBucketResult', [
    ...[element('Name', bucket), element('KeyCount', String(page.length)), element('MaxKeys', String(size))],
    element('IsTruncated', String(last !== undefined)),
    ...(last ? [element('NextContinuationToken', Buffer.from(last.key).toString('base64url'))] : []),
    ...contents,
  ]);
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
}

function pageSize(text = String(largestPage)): number {
  if (!/^\d{1,9}$/.test(text)) throw new S3Error(400, 'InvalidArgument', 'max-keys is a whole number');
  return Math.min(Number(text), largestPage);
}

function element(name: string, content: string | readonly string[]): string {
  return `<${name}>${typeof content === 'string' ? content : content.join('')}</${name}>`;
}
