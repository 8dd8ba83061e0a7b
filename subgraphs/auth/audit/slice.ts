import { AccessLogResolver } from './access-log.resolver';
import { type HttpRoute, type RouteContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { ChainStatusResolver } from './chain-status.resolver';
import { anchorCheckpoints } from './checkpoint.worker';
import { AuditEntry } from './entry.entity';
import { auditExportRoute } from './export.route';
import { auditKeysRoute } from './keys.route';
import { TrailPosition } from './position.entity';
import { RefusalResolver } from './refusal.resolver';
import { AuditTrailResolver } from './trail.resolver';

/** What the audit slice adds to the subgraph. */
export const auditSlice = {
  resolvers: [AuditTrailResolver, AccessLogResolver, ChainStatusResolver, RefusalResolver],
  entities: [AuditEntry, TrailPosition],
  workers: [anchorCheckpoints],
  routes: (context: RouteContext<AuthPorts>): HttpRoute[] => [auditKeysRoute(context), auditExportRoute(context)],
};
