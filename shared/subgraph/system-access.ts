import { type DataSource } from 'typeorm';
import { type Actor, serviceActor, type Scope } from '#shared/auth';
import { AccessNotes, UnitOfWork, type Persistence } from '#shared/database';
import { type Organisation } from './subgraph';

/**
 * The way across organisations, for the platform's own work: finding due rows, signing in, sealing. Reads that go through
 * `source` see every organisation, so their results are ids and organisations; the work itself is done by a unit.
 */
export class SystemAccess {
  constructor(
    private readonly persistence: Persistence,
    private readonly service: { readonly name: string; readonly scopes: readonly Scope[] },
  ) {}

  /** All organisations' rows. Use it to find work or to identify a caller, never to answer one. */
  get source(): DataSource {
    return this.persistence.database.system;
  }

  /** Work on behalf of one organisation, as this service. */
  unitFor(organisation: Organisation, at: Date): UnitOfWork {
    const actor = serviceActor(this.service.name, organisation, this.service.scopes);
    return new UnitOfWork(this.persistence, { actor, at, accessNotes: new AccessNotes(), writesAccessNotes: true });
  }

  /** Work in the name of a caller whose token a route has checked itself. */
  unitOf(actor: Actor, at: Date): UnitOfWork {
    return new UnitOfWork(this.persistence, { actor, at, accessNotes: new AccessNotes(), writesAccessNotes: true });
  }
}
