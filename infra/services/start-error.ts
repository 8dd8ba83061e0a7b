/** A start that cannot succeed, said in one line an operator can act on. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** One line for people. What a database says may quote a patient's data, so only its code is passed on. */
export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as { code?: unknown; address?: unknown; port?: unknown };
  if (code === 'EADDRINUSE') return `${String(address)}:${String(port)} is taken`;
  if ('sql' in error || 'driverError' in error) return `A database refused (${String(code)})`;
  return error.message.trim().replaceAll(/\s*\n\s*/g, '; ');
}
