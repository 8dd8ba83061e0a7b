import { type AuditCategory, type AuditOutcome } from '#shared/audit';
import { enumOf } from '#shared/graphql';

const categories = [
  ...(['READ', 'WRITE', 'DELETE', 'EXPORT', 'AUTHENTICATION', 'AUTHORIZATION'] as const),
  ...(['ADMIN', 'DISCLOSURE', 'BREAK_GLASS', 'SYSTEM'] as const),
] as const satisfies readonly AuditCategory[];
export const AuditCategoryEnum = enumOf('AuditCategory', categories);

const outcomes = ['SUCCESS', 'DENIED', 'ERROR'] as const satisfies readonly AuditOutcome[];
export const AuditOutcomeEnum = enumOf('AuditOutcome', outcomes);
