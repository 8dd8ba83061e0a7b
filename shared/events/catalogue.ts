import { type EventField } from './event-fields';
import { eventTypes } from './event-types';
import { type EventData, type PlatformEvent } from './envelope';

type Catalogue = typeof eventTypes;

/** `domain.resource.verb` of every event the platform publishes. */
export type EventType = keyof Catalogue;

/** What an event of this type carries. */
export type EventDataOf<T extends EventType> = {
  readonly [Name in keyof Catalogue[T]]: Catalogue[T][Name] extends EventField<infer Value> ? Value : never;
};

/** An event whose type, and therefore whose data, is known. */
export type TypedEvent<T extends EventType> = PlatformEvent & { readonly type: T; readonly data: EventDataOf<T> };

/** Version of the data schemas; it rises when a field of any type changes its meaning. */
export const eventVersion = 1;

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventTypes, type);
}

/** Tells events apart; the data was checked when the event was stored. */
export function isEvent<T extends EventType>(event: PlatformEvent, type: T): event is TypedEvent<T> {
  return event.type === type;
}

/**
 * Holds an event's data against the catalogue.
 * @throws {TypeError} naming the fields that are unknown, missing or ill-typed. Values are not repeated: a wrong one may
 * be the very text about a person that this keeps out.
 */
export function checkEventData(type: string, data: Readonly<Record<string, unknown>>): asserts data is EventData {
  if (!isEventType(type)) throw new TypeError('This event type is not in the catalogue');
  const fields: Readonly<Record<string, EventField<unknown>>> = eventTypes[type];
  const unknown = Object.keys(data).filter((name) => !Object.hasOwn(fields, name));
  if (unknown.length > 0) throw new TypeError(`${type} has ${String(unknown.length)} unknown field(s)`);
  const wrong = Object.entries(fields).filter(([name, { accepts }]) => !accepts(data[name]));
  if (wrong.length === 0) return;
  throw new TypeError(`${type}: ${wrong.map(([name, { kind }]) => `${name} must be of kind ${kind}`).join(', ')}`);
}
