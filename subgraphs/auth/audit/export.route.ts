import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { z } from 'zod';
import { type Actor, hasScope } from '#shared/auth';
import { maxPageSize, type UnitOfWork } from '#shared/database';
import { DomainError, ForbiddenError, InputError, UnauthenticatedError } from '#shared/errors';
import { type HttpRoute, type RouteContext, sendJson } from '#shared/subgraph';
import { findStandingToken } from '../oauth/access-tokens';
import { type AuthPorts } from '../ports';
import { AuditEntry } from './entry.entity';
import { csvOf, type ExportFormat, exportTypes, lineOf } from './export.format';
import { noteTrailAct, whereOf } from './trail.service';
import { type AuditFilter } from './trail.types';

const path = '/v1/audit/export';

const querySchema = z.object({
  format: z.enum(['csv', 'jsonl']).default('jsonl'),
  /** Goes on after the line that bore this cursor, with the same filter. */
  after: z.string().nullable().default(null),
  from: z.coerce.date().nullable().default(null),
  to: z.coerce.date().nullable().default(null),
  subgraph: z.string().nullable().default(null),
  actorUserId: z.string().nullable().default(null),
  patientId: z.string().nullable().default(null),
  resourceType: z.string().nullable().default(null),
  resourceId: z.string().nullable().default(null),
  action: z.string().nullable().default(null),
});

type Context = RouteContext<AuthPorts>;

interface Export {
  readonly unit: UnitOfWork;
  readonly filter: AuditFilter;
  readonly format: ExportFormat;
  readonly after: string | null;
}

/** The trail of the caller's organisation as a stream, oldest first: `GET /v1/audit/export` with an access token. */
export function auditExportRoute(context: Context): HttpRoute {
  return {
    path,
    handle: (request, response) => {
      answer(context, request, response).catch((error: unknown) => {
        if (response.headersSent) {
          // Half of it has gone out: only a cut connection says that it is not whole.
          response.destroy();
          if (!isHangUp(error)) context.log.error({ err: error }, 'An export of the audit trail broke off');
        } else refuse(context, response, error);
      });
    },
  };
}

async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET') {
    sendJson(response, 405, errorBody('BAD_REQUEST', 'GET exports'), { allow: 'GET' });
    return;
  }
  const actor = await authenticate(context, request);
  const { format, after, ...filter } = parseQuery(request.url ?? '');
  const unit = context.system.unitOf(actor, new Date());
  // Recorded before the first byte leaves, whatever becomes of the rest.
  const first = await firstPage({ unit, filter, format, after });
  await noteTrailAct(unit, 'EXPORT', filter);
  const isGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(200, {
    'content-type': exportTypes[format],
    'cache-control': 'no-store',
    vary: 'accept-encoding',
    ...(isGzip && { 'content-encoding': 'gzip' }),
  });
  const lines = Readable.from(linesOf({ unit, filter, format, after }, first));
  await (isGzip ? pipeline(lines, createGzip(), response) : pipeline(lines, response));
}

type TrailPage = Awaited<ReturnType<typeof firstPage>>;

function firstPage({ unit, filter, after }: Export) {
  const where = whereOf(filter);
  return unit.page(AuditEntry, { where, first: maxPageSize, after, orderBy: 'occurredAt', direction: 'ASC' });
}

/** A page at a time, and only as fast as it is read: memory holds one. */
async function* linesOf(asked: Export, first: TrailPage): AsyncGenerator<string> {
  let [page, isFirst] = [first, asked.after === null];
  for (;;) {
    let text = '';
    page.nodes.forEach((entry, index) => {
      const line = lineOf(entry, page.cursors[index] ?? '');
      text += asked.format === 'csv' ? csvOf(line, isFirst) : `${JSON.stringify(line)}\n`;
      isFirst = false;
    });
    if (text !== '') yield text;
    const after = page.cursors.at(-1);
    if (!page.hasNextPage || after === undefined) return;
    page = await firstPage({ ...asked, after });
  }
}

/** @throws {DomainError} UNAUTHENTICATED, FORBIDDEN; the latter leaves an audit record */
async function authenticate({ ports, system }: Context, request: IncomingMessage): Promise<Actor> {
  const [, token] = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const at = new Date();
  const standing = token === undefined ? null : await findStandingToken({ ports, system, at }, token);
  if (!standing) throw new UnauthenticatedError();
  const { actor } = standing;
  if (hasScope(actor, 'auth:audit:read')) return actor;
  const what = { action: 'AuditTrail.export', resourceType: 'AuditTrail', resourceId: actor.organisationId };
  const refused = { outcome: 'DENIED', reason: 'FORBIDDEN', patientId: null } as const;
  await system.unitOf(actor, at).noteAct({ category: 'AUTHORIZATION', ...what, ...refused });
  throw new ForbiddenError('This needs the scope auth:audit:read');
}

function parseQuery(url: string): z.infer<typeof querySchema> {
  const parsed = querySchema.safeParse(Object.fromEntries(new URL(url, 'http://localhost').searchParams));
  if (parsed.success) return parsed.data;
  throw new InputError(
    `Not a filter of the trail: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`,
  );
}

const statuses: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, BAD_USER_INPUT: 400 };

function refuse({ log }: Context, response: ServerResponse, error: unknown): void {
  const status = error instanceof DomainError ? statuses[error.code] : undefined;
  if (status === undefined || !(error instanceof DomainError)) {
    log.error({ err: error }, 'The audit trail could not be exported');
    sendJson(response, 500, errorBody('INTERNAL_SERVER_ERROR', 'Something went wrong on our side'));
    return;
  }
  // RFC 6750 §3
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  sendJson(response, status, errorBody(error.code, error.message), challenge);
}

function errorBody(code: string, message: string): object {
  return { errors: [{ message, extensions: { code } }] };
}

/** The client has gone: nobody's fault here. */
function isHangUp(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET';
}
