import { z } from 'zod';

/** What the processes of the bench say to each other, over Node's IPC. Instants are Node's `hrtime`, in nanoseconds. */

export const gatewayOrderSchema = z.object({
  issuer: z.string(),
  audience: z.string(),
  keys: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }),
});

/** What the gateway is started with. */
export type GatewayOrder = z.infer<typeof gatewayOrderSchema>;

export interface GatewayReady {
  readonly kind: 'ready';
  readonly port: number;
}

/** An event is to be published about this case. */
export interface AnnounceOrder {
  readonly caseId: string;
}

export interface Announced {
  readonly kind: 'announced';
  /** As text: there are no big integers in JSON. */
  readonly at: string;
}

/** Sockets to open, each with as many subscriptions as there are documents. */
export interface ClientsOrder {
  readonly url: string;
  /** One for each socket. */
  readonly authorizations: readonly string[];
  readonly queries: readonly string[];
}

export interface ClientsReady {
  readonly kind: 'ready';
  readonly sockets: number;
}

/** So many results are to be waited for. */
export interface WaitOrder {
  readonly results: number;
}

export interface Waited {
  readonly kind: 'waited';
  /** When each result came. */
  readonly at: readonly string[];
}
