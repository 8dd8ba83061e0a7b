import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';

const schema = z.object({
  CLINICAL_IMPORT_LEASE_MS: setting.integer({ min: 100, max: 60_000, fallback: 10_000 }),
  CLINICAL_IMPORT_RETRY_MS: setting.integer({ min: 10, max: 60_000, fallback: 1_000 }),
  CLINICAL_UPLOAD_GRACE_SECONDS: setting.integer({ min: 0, max: 86_400, fallback: 60 }),
});

export interface ClinicalConfig {
  /** How long an import of diagnoses stays with a worker that has died. */
  readonly importLeaseMs: number;
  /** Rest before the second attempt of an import; it doubles with every further one. */
  readonly importRetryMs: number;
  /** How long after its ticket an upload may still be completed before it expires. */
  readonly uploadGraceSeconds: number;
}

export function readClinicalConfig(environment: NodeJS.ProcessEnv): ClinicalConfig {
  const values = readEnvironment(environment, schema);
  return {
    importLeaseMs: values.CLINICAL_IMPORT_LEASE_MS,
    importRetryMs: values.CLINICAL_IMPORT_RETRY_MS,
    uploadGraceSeconds: values.CLINICAL_UPLOAD_GRACE_SECONDS,
  };
}
