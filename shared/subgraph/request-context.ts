import { type Actor } from '#shared/auth';
import { AccessNotes, type TenantEntity, UnitOfWork, type Persistence } from '#shared/database';
import { UnauthenticatedError } from '#shared/errors';
import { type PlatformEvent } from '#shared/events';
import { type BatchFunction, Loaders } from '#shared/graphql';
import { type SubgraphRequest } from './subgraph';
import { type SystemAccess } from './system-access';

interface Parts<Ports> {
  readonly actor: Actor | null;
  readonly event: PlatformEvent | null;
  readonly persistence: Persistence;
  readonly ports: Ports;
  readonly system: SystemAccess;
  readonly at: Date;
  readonly consents?: SubgraphRequest['consents'];
}

/** What every resolver gets: who is asking, the database as they may see it, and the subgraph's ports. */
export class RequestContext<Ports = unknown> {
  readonly ports: Ports;
  readonly at: Date;
  /** Across organisations: only for fields that identify a caller (sign-in). */
  readonly system: SystemAccess;
  /** The event a subscription field answers for. */
  readonly event: PlatformEvent | null;
  private readonly accessNotes: AccessNotes;
  private lazyUnit: UnitOfWork | null = null;
  private lazyLoaders: Loaders | null = null;

  constructor(private readonly parts: Parts<Ports>) {
    this.ports = parts.ports;
    this.at = parts.at;
    this.system = parts.system;
    this.event = parts.event;
    const consents = parts.consents && new Map(Object.entries(parts.consents));
    // A live event is shown to whoever may see it. That others may not is no attempt of theirs.
    this.accessNotes = new AccessNotes({ consents, notesRefusals: parts.event === null });
  }

  /** @throws {DomainError} UNAUTHENTICATED when the request came without a token. */
  get actor(): Actor {
    if (!this.parts.actor) throw new UnauthenticatedError();
    return this.parts.actor;
  }

  get unit(): UnitOfWork {
    const { actor, at, accessNotes } = this;
    return (this.lazyUnit ??= new UnitOfWork(this.parts.persistence, { actor, at, accessNotes }));
  }

  /** Loads by a batch function of this request; see `byId` and `listBy`. */
  load<K, V>(batch: BatchFunction<K, V>, key: K): Promise<V> {
    return (this.lazyLoaders ??= new Loaders(this.unit)).load(batch, key);
  }

  /** Writes down whose records were read. The answer leaves only once this is stored. */
  async finish(): Promise<void> {
    if (this.accessNotes.isEmpty) return;
    const written = await this.unit.transaction((unit) => unit.writeNotes());
    this.accessNotes.forget(written);
  }

  /** Notes that a field of an operation was refused to the actor. Whose record it was about is known if it read of one person. */
  refused(field: string, reason: string): void {
    const { onlyPatientId: patientId } = this.accessNotes;
    this.accessNotes.refuse({ action: 'operation.run', resourceType: 'Field', resourceId: field, patientId, reason });
  }

  /** Notes an act that the audit trail names: what `@audited` on a field promises. */
  audited(action: string, row: TenantEntity): void {
    this.accessNotes.add(row.constructor.name, row, action);
  }
}
