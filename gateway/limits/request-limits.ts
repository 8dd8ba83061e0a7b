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
};
