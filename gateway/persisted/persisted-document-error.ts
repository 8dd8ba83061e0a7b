import { GraphQLError } from 'graphql';

export type PersistedDocumentCode =
  'PERSISTED_QUERY_NOT_FOUND' | 'PERSISTED_QUERY_NOT_SUPPORTED' | 'PERSISTED_QUERY_ONLY' | 'BAD_REQUEST';

/** Why a request names no document that may run. */
export class PersistedDocumentError extends GraphQLError {
  override readonly name = 'PersistedDocumentError';

  constructor(
    readonly code: PersistedDocumentCode,
    message: string,
    /** Of the HTTP answer. */
    readonly status: number,
  ) {
    super(message, { extensions: { code } });
  }
}
