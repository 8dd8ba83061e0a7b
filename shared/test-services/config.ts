/** Which of the services that tests use do not answer on this machine, as infra/scripts/jest-services.cjs has found out. */
export const missingServices: ReadonlySet<string> = new Set(
  (process.env['MISSING_SERVICES'] ?? '').split(',').filter(Boolean),
);
