import { Between, Not } from 'typeorm';
import { parseAuditRecord } from '#shared/audit';
import { type PageArguments } from '#shared/database';
import { isEvent } from '#shared/events';
import { byId, type Connection, connectionOf } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { ApiClient } from '../clients/client.entity';
import { Organisation } from '../organisations/organisation.entity';
import { isSystemRole, roleRegistry } from '../scopes/role.registry';
import { User } from '../users/user.entity';
import { type AccessLogEntry } from './access-log.types';
import { whatOf, whyOf } from './access-log.words';
import { AuditEntry } from './entry.entity';

const userById = byId(User);
const clientById = byId(ApiClient);
const organisationById = byId(Organisation);

/** Looking at one's own access log is recorded, and not shown in it: it would grow by being looked at. */
const ownLog = 'OwnAccessLog';

/** Who has touched a patient's record, newest first. Rows are those the caller may see: their own, or any by scope. */
export async function readAccessLog(
  context: RequestContext,
  patientId: string,
  page: PageArguments,
): Promise<Connection<AccessLogEntry>> {
  const { unit } = context;
  const isOwn = unit.actor.patientIds.includes(patientId);
  const resourceType = isOwn ? ownLog : 'AccessLog';
  const what = { action: 'AccessLog.read', resourceType, resourceId: patientId, patientId };
  await unit.noteAct({ category: 'READ', ...what });
  const where = { patientId, resourceType: Not(ownLog) };
  const found = await unit.page(AuditEntry, { ...page, where, orderBy: 'occurredAt' });
  const nodes = await Promise.all(found.nodes.map((entry) => inWords(context, entry)));
  return connectionOf({ ...found, nodes });
}

/** What the event at hand says has come; null when none of it is of this patient or for this viewer. */
export async function newlyLogged(context: RequestContext, patientId: string): Promise<AccessLogEntry[] | null> {
  const { event, unit } = context;
  if (!event || !isEvent(event, 'auth.access.logged') || event.data.patientId !== patientId) return null;
  const { subgraph, firstSequence, lastSequence } = event.data;
  const sequence = Between(firstSequence, lastSequence);
  const where = { patientId, subgraph: subgraph.toLowerCase(), sequence, resourceType: Not(ownLog) };
  const entries = await unit.list(AuditEntry, where, { order: { sequence: 'ASC' } });
  if (entries.length === 0) return null;
  return Promise.all(entries.map((entry) => inWords(context, entry)));
}

async function inWords(context: RequestContext, entry: AuditEntry): Promise<AccessLogEntry> {
  const record = parseAuditRecord(entry.record);
  const organisation = await context.load(organisationById, record.organisationId);
  return {
    id: entry.id,
    at: record.at,
    ...(await whoOf(context, record.actor)),
    organisation: organisation?.name ?? 'The organisation',
    what: whatOf(record),
    why: whyOf(record),
    breakGlass: record.breakGlass,
  };
}

type Actor = ReturnType<typeof parseAuditRecord>['actor'];

async function whoOf(
  context: RequestContext,
  { kind, userId, clientId, roles }: Actor,
): Promise<{ who: string; role: string }> {
  if (kind === 'service') return { who: 'The platform', role: 'Automatic' };
  if (userId !== null) {
    const user = await context.load(userById, userId);
    const names = roles.map((role) => (isSystemRole(role) ? roleRegistry[role].name : role));
    return { who: user?.displayName() ?? 'Somebody whose account is gone', role: names.join(', ') || 'User' };
  }
  const client = clientId === null ? null : await context.load(clientById, clientId);
  return { who: client?.name ?? 'An application', role: 'Application' };
}
