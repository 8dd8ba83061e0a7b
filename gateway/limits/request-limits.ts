/** How much one request may ask for. Everything above is refused before anything is executed. */
export interface RequestLimits {
  readonly bodyBytes: number;
  /** One message on a socket. */
  readonly frameBytes: number;
  readonly tokens: number;
  /** Fields within fields; the introspection query of graphql-js needs 15. */
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
  /** Greatest `first` or `last`. */
  readonly pageSize: number;
  /** Objects and lists within each other in the variables. */
  readonly variableDepth: number;
  /** Operations in one HTTP request, as a list; 0 takes none but single ones. */
  readonly batch: number;
  /** Of one operation, as the supergraph's `@cost` and `@listSize` count it. */
  readonly cost: number;
  /** Clients with a budget of their own, by id. */
  readonly costOfClients: ReadonlyMap<string, number>;
}

export const defaultLimits: RequestLimits = {
  bodyBytes: 1024 * 1024,
  frameBytes: 64 * 1024,
  tokens: 2_000,
  depth: 15,
  aliases: 30,
  rootFields: 20,
  directives: 50,
  pageSize: 100,
  variableDepth: 20,
  batch: 0,
  // A hundred patients with twenty appointments each cost about 4,300; what a screen shows costs a few hundred.
  cost: 10_000,
  costOfClients: new Map(),
};
