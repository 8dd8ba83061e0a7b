export { appendAudit } from './append-audit';
export { AuditBatch } from './audit-batch.entity';
export {
  AuditForwarder,
  forwardAnew,
  type AuditIndex,
  type SealedLink,
  type SealedPart,
  type SealedRecord,
} from './audit-forwarder';
export { batchHash, genesisHash, leafHash, merkleRoot } from './audit-hashes';
export { AuditIntake } from './audit-intake.entity';
export {
  canonicalText,
  parseAuditRecord,
  type AuditCategory,
  type AuditOutcome,
  type AuditRecord,
  type PurposeBasis,
} from './audit-record';
export { AuditSealer, type AuditSealerOptions } from './audit-sealer';
export { auditEntities, auditMigrations } from './audit-tables';
export {
  auditBacklog,
  auditHead,
  verifyAuditChain,
  verifyAuditSection,
  type AuditCheckpoint,
  type AuditSection,
  type AuditVerification,
  type ChainPlace,
} from './verify-audit-chain';
