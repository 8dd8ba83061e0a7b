import { type AuditEntry } from './entry.entity';

export type ExportFormat = 'csv' | 'jsonl';

/** One record, flat, with the cursor that an export goes on after. */
export type ExportLine = Readonly<Record<string, string | number | boolean | null>>;

export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
};

export function lineOf(entry: AuditEntry, cursor: string): ExportLine {
  const { at, actor, ...record } = entry.parsed();
  return {
    ...{ cursor, id: entry.id, subgraph: entry.subgraph, sequence: entry.sequence, at: at.toISOString() },
    ...{ actorKind: actor.kind, actor: actor.subject, actorUserId: actor.userId, actorClientId: actor.clientId },
    ...{ actorRoles: actor.roles.join(' '), actedBy: actor.act?.subject ?? null },
    ...{ action: record.action, category: record.category, outcome: record.outcome, reason: record.reason },
    ...{ resourceType: record.resourceType, resourceId: record.resourceId, resourceCount: record.resourceCount },
    ...{ patientId: record.patientId, purpose: record.purpose, purposeBasis: record.purposeBasis },
    ...{ consentRecordId: record.consentRecordId, breakGlass: record.breakGlass },
    ...{ breakGlassGrantId: record.breakGlassGrantId, operationName: record.operationName },
    ...{ correlationId: record.correlationId, hash: entry.hash },
  };
}

/** RFC 4180: a header line, then records; every line ends with CRLF. */
export function csvOf(line: ExportLine, isFirst: boolean): string {
  const row = Object.values(line).map(csvField).join(',');
  return isFirst ? `${Object.keys(line).join(',')}\r\n${row}\r\n` : `${row}\r\n`;
}

function csvField(value: ExportLine[string]): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
