import { type Actor } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { type SubscriptionLimits } from './subscription-limits';

type Limits = Pick<SubscriptionLimits, 'sockets' | 'socketsPerOrganisation' | 'socketsPerSubject'>;

/** Counts the WebSockets and event streams that are open, and whose they are. */
export class Connections {
  private count = 0;
  private readonly held = new Map<string, number>();

  constructor(private readonly limits: Limits) {}

  get open(): number {
    return this.count;
  }

  /** @returns for when it has ended; null when there is no room for another one */
  enter(): (() => void) | null {
    if (this.count >= this.limits.sockets) return null;
    this.count++;
    return once(() => {
      this.count--;
    });
  }

  /** Counts an open one as this caller's. @throws {DomainError} LIMIT_EXCEEDED */
  identify({ organisationId, subject }: Actor): () => void {
    const keys = { socketsPerOrganisation: organisationId, socketsPerSubject: `${organisationId}\n${subject}` };
    for (const limit of ['socketsPerOrganisation', 'socketsPerSubject'] as const) {
      const allowed = this.limits[limit];
      if ((this.held.get(keys[limit]) ?? 0) < allowed) continue;
      throw new DomainError('LIMIT_EXCEEDED', `There are ${String(allowed)} open sockets`, {
        details: { limit, allowed },
      });
    }
    for (const key of Object.values(keys)) this.change(key, 1);
    return once(() => {
      for (const key of Object.values(keys)) this.change(key, -1);
    });
  }

  private change(key: string, by: 1 | -1): void {
    const held = (this.held.get(key) ?? 0) + by;
    if (held === 0) this.held.delete(key);
    else this.held.set(key, held);
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
