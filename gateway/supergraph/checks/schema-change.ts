/** `breaking`: a client may fail. `dangerous`: a client may be surprised. `safe`: no client notices. */
export type ChangeLevel = 'breaking' | 'dangerous' | 'safe';

export interface SchemaChange {
  readonly level: ChangeLevel;
  /** graphql-js' name of the change, or one of this check's own. */
  readonly code: string;
  /** The schema element that changed: `Patient.name`, `Query.patient(id:)`, `@deprecated`. */
  readonly coordinate: string;
  readonly message: string;
  /** An operation that uses one of these is touched by the change; see `collectUsage`. */
  readonly touches: readonly string[];
}
