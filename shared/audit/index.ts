export { appendAudit } from './append-audit';
export { AuditBatch } from './audit-batch.entity';
export { AuditIntake } from './audit-intake.entity';
export {
  parseAuditRecord,
  type AuditCategory,
  type AuditOutcome,
  type AuditRecord,
  type PurposeBasis,
} from './audit-record';
export { AuditSealer, type AuditSealerOptions } from './audit-sealer';
export { auditEntities, auditMigrations } from './audit-tables';
export { auditHead, verifyAuditChain, type AuditCheckpoint, type AuditVerification } from './verify-audit-chain';
