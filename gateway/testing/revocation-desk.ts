import { type SubgraphTransport, inProcessTransport } from '../transport';

interface Entry {
  readonly kind: string;
  readonly key: string;
  readonly issuedUntil: string;
  readonly endsAt: string;
}

const hourMs = 3_600_000;

/** Stands for the subgraph that knows which tokens are revoked. Its cursors count what it has told. */
export class RevocationDesk {
  static readonly config = {
    subgraph: 'desk',
    query: 'query($after: String) { revocations(after: $after) { entries { kind key issuedUntil endsAt } } }',
    scopes: [],
    wokenBy: ['auth.access.*'],
  };

  /** The cursors it was asked with. */
  readonly questions: unknown[] = [];
  isAway = false;
  pageSize = 100;
  private readonly entries: Entry[] = [];

  /** For good, unless tokens issued after some moment stand. */
  revoke(
    kind: string,
    key: string,
    { issuedUntilMs = Date.now() + hourMs, endsAtMs = Date.now() + hourMs } = {},
  ): void {
    const [issuedUntil, endsAt] = [issuedUntilMs, endsAtMs].map((ms) => new Date(ms).toISOString());
    this.entries.push({ kind, key, issuedUntil: issuedUntil ?? '', endsAt: endsAt ?? '' });
  }

  transport(): SubgraphTransport {
    return inProcessTransport(({ variables }) => {
      const after = variables['after'] ?? null;
      this.questions.push(after);
      if (this.isAway) return Promise.reject(new Error('The desk is closed'));
      const from = Number(after ?? 0);
      const entries = this.entries.slice(from, from + this.pageSize);
      const end = from + entries.length;
      const isComplete = end === this.entries.length;
      return Promise.resolve({ data: { revocations: { entries, cursor: String(end), isComplete } } });
    });
  }
}
