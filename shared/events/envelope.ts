import { type Region } from '#shared/auth';

/** What an event may carry besides ids: codes, counts, flags. Never text about a person (catalogue.ts enforces it). */
export type EventData = Readonly<Record<string, string | number | boolean | null>>;

/** One thing that happened, as it travels between subgraphs and to the gateway. Ids and codes only, no PHI. */
export interface PlatformEvent {
  /** `evt_…`; a consumer acts on an id once. */
  readonly id: string;
  /** `domain.resource.verb`, past tense. */
  readonly type: string;
  readonly version: number;
  readonly organisationId: string;
  readonly region: Region;
  readonly resourceId: string;
  /** Events of one aggregate keep their order. */
  readonly aggregate: { readonly type: string; readonly id: string };
  readonly actor: { readonly clientId: string | null; readonly userId: string | null; readonly subject: string };
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  readonly correlationId: string;
  /** The event that led to this one, if one did. */
  readonly causationId: string | null;
  /** W3C trace context of the span that published it; only while traces are made. */
  readonly traceparent?: string;
  readonly data: EventData;
}
