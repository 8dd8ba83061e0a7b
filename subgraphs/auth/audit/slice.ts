import { AccessLogResolver } from './access-log.resolver';
import { AuditEntry } from './entry.entity';
import { TrailPosition } from './position.entity';
import { AuditTrailResolver } from './trail.resolver';

/** What the audit slice adds to the subgraph. */
export const auditSlice = {
  resolvers: [AuditTrailResolver, AccessLogResolver],
  entities: [AuditEntry, TrailPosition],
} as const;
