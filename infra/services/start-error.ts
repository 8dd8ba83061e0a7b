/** A start that cannot succeed, said in one line an operator can act on. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** One line for people; what lies deeper is in the log. */
export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as { code?: unknown; address?: unknown; port?: unknown };
  if (code === 'EADDRINUSE') return `${String(address)}:${String(port)} is taken`;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`.replaceAll(/\s*\n\s*/g, '; ');
}
