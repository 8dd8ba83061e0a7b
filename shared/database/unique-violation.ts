/** A unique or primary key already holds this value: MySQL's ER_DUP_ENTRY, SQLite's SQLITE_CONSTRAINT_UNIQUE/PRIMARYKEY. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  const codes = [code, driverError?.code];
  return codes.some(
    (one) => one === 'ER_DUP_ENTRY' || one === 'SQLITE_CONSTRAINT_UNIQUE' || one === 'SQLITE_CONSTRAINT_PRIMARYKEY',
  );
}
