import { type PlatformEvent } from '#shared/events';

/** Where events come from. Every gateway process hears all of them. */
export interface EventTail {
  /** @returns ends the subscription */
  subscribe(listener: (event: PlatformEvent) => void): () => void;
}

type Listener = (event: PlatformEvent) => void;

/** Hands each event to the listeners of its own organisation, and to nobody else. */
export class EventFanOut {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly stopTail: () => void;

  constructor(tail: EventTail) {
    this.stopTail = tail.subscribe((event) => {
      for (const listener of this.listeners.get(event.organisationId) ?? []) listener(event);
    });
  }

  listen(organisationId: string, listener: Listener): () => void {
    const ofOrganisation = this.listeners.get(organisationId) ?? new Set();
    this.listeners.set(organisationId, ofOrganisation.add(listener));
    return () => {
      ofOrganisation.delete(listener);
      if (ofOrganisation.size === 0) this.listeners.delete(organisationId);
    };
  }

  stop(): void {
    this.stopTail();
    this.listeners.clear();
  }
}
