/** What docs/errors.md says of a code; the page's table is made of these. */
interface ErrorDescription {
  /** What has happened. */
  readonly when: string;
  /** What whoever wrote the client does about it. */
  readonly remedy: string;
  /** Whether sending the same request again can help. */
  readonly again: string;
}

/**
 * Every code the platform answers with. Clients switch on these, never on messages, so a code is never renamed.
 * `npm run errors` writes them to docs/errors.md.
 */
export const errorCodes = {
  BAD_USER_INPUT: {
    when: 'an argument is missing, malformed or out of bounds; a variable has a value its type does not allow',
    remedy: 'mend the input at `path`',
    again: 'no',
  },
  INVALID_ID: {
    when: 'an id is malformed, or of another kind (a `case_…` where a `pat_…` belongs)',
    remedy: 'send the id of the right thing',
    again: 'no',
  },
  UNAUTHENTICATED: {
    when: 'no access token where one is needed, or a token that is expired, forged or for somebody else; HTTP 401 for a bad token',
    remedy: 'get a new token',
    again: 'with a token',
  },
  FORBIDDEN: {
    when: "a policy forbids this act to this actor, or a subgraph was asked past the gateway's cut",
    remedy: 'ask somebody who may; `requiredScopes` says which scopes',
    again: 'no',
  },
  WRONG_REGION: {
    when: "the token, the organisation or the address is of another region's deployment; HTTP 403, sockets close with 4403. `region` says which, `url` where it is (null when it is not configured)",
    remedy: 'go to `url`, with a token from there; regions share nothing',
    again: 'elsewhere',
  },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    when: 'a selected field needs scopes the token lacks. It is null and the rest is answered; a mutation with such a root field does not run',
    remedy: 'leave the field out, or get a token with `requiredScopes`',
    again: 'no',
  },
  ADDRESS_NOT_ALLOWED: {
    when: 'the token’s client may only call from certain networks, and this address is in none of them; HTTP 403, sockets close with 4403',
    remedy: 'call from an allowed network, or have the client’s list changed',
    again: 'no',
  },
  NOT_FOUND: {
    when: 'no such record, or none this actor may know of. Queries for one record answer null instead',
    remedy: 'check the id and the organisation',
    again: 'no',
  },
  CONFLICT: {
    when: 'the record is not in the state this act needs; a key is taken',
    remedy: 'read it again and decide anew',
    again: 'after reading',
  },
  STALE_VERSION: {
    when: 'the record has changed since the version in `ifVersion`',
    remedy: 'read it again, show the change, send the new version',
    again: 'after reading',
  },
  ILLEGAL_TRANSITION: {
    when: 'the state machine has no such arrow; `allowed` lists the states that can be reached',
    remedy: 'offer only those',
    again: 'no',
  },
  IDEMPOTENCY_KEY_REUSED: {
    when: 'the key came with another request within 24 hours',
    remedy: 'a new key for a new request; the same request for the same key',
    again: 'no',
  },
  CONSENT_REQUIRED: {
    when: 'the patient has no active consent for the `purpose` of a field, which is null then, or of members of a list, which are left out of it and of its count (`consentType` names what to ask for), or for the purposes named when a case is submitted',
    remedy: 'ask the patient: `requiredConsents` gives the text to show',
    again: 'after consent',
  },
  UPLOAD_INVALID: {
    when: 'the uploaded bytes are not what the ticket announced, or no picture; `reason` says why (`HASH_MISMATCH`, `UNDECODABLE`, …)',
    remedy: 'ask for a new ticket and upload again',
    again: 'no',
  },
  UPLOAD_TOO_LARGE: { when: 'a picture above 20,000,000 bytes', remedy: 'make it smaller', again: 'no' },
  CONTENT_TYPE_NOT_ALLOWED: {
    when: 'pictures are `image/jpeg`, `image/png` or `image/webp`',
    remedy: 'convert it',
    again: 'no',
  },
  SLOT_TAKEN: {
    when: 'somebody else has booked this time; for the practitioner or the patient',
    remedy: 'offer another slot: ask for `availableSlots` again',
    again: 'another slot',
  },
  SLOT_INVALID: {
    when: 'the slot token is forged, too old, or of a time no longer offered',
    remedy: 'ask for `availableSlots` again',
    again: 'a new token',
  },
  CLAIM_LOST: {
    when: "the claim has lapsed or is somebody else's, or the fencing token is an older one",
    remedy: "claim again; what was typed is still the reader's",
    again: 'a new claim',
  },
  NOTHING_TO_CLAIM: {
    when: 'no review waits in the queue',
    remedy: 'wait for `reviewQueueChanged`',
    again: 'later',
  },
  INVALID_CREDENTIALS: {
    when: 'e-mail or password is wrong, or the account is locked, suspended or not of this product: deliberately not said which',
    remedy: 'try again, slowly; after ten failures the account is locked for 15 minutes',
    again: 'with others',
  },
  LINK_EXPIRED: {
    when: 'the link of a mail is too old, was used already, or is none of ours',
    remedy: 'ask for a new one',
    again: 'no',
  },
  CHALLENGE_EXPIRED: {
    when: 'the second step of a sign-in came too late, was taken already, or has been tried too often',
    remedy: 'sign in again from the start',
    again: 'no',
  },
  STEP_UP_REQUIRED: {
    when: 'this act wants the person to prove once more who they are, and the proof is missing, too old, used, or for another purpose (RFC 9470)',
    remedy: '`stepUp` for the `purpose` named, then send its token along',
    again: 'with the token',
  },
  TEXT_MISMATCH: {
    when: 'the hash of the text shown is not that of the published text',
    remedy: 'show the published text and ask again',
    again: 'no',
  },
  PAYMENT_FAILED: {
    when: 'the payment provider refused; `failureCode` and `paymentId` are given',
    remedy: 'another method, a new idempotency key',
    again: 'no',
  },
  UPSTREAM_UNAVAILABLE: {
    when: 'a subgraph, a provider, or the key set did not answer in time; HTTP 503 when tokens cannot be checked',
    remedy: 'try again with the same idempotency key; a payment that was begun goes on by itself',
    again: 'yes',
  },
  LIMIT_EXCEEDED: {
    when: 'too many bytes, tokens, levels, aliases, root fields, directives, objects per page, operations in a batch, subscriptions, or a cost above the budget; `limit` names it and `allowed` says how much may be',
    remedy: 'ask for less at once',
    again: 'no',
  },
  RATE_LIMITED: {
    when: 'the budget of this client, user, organisation or address is spent for now (HTTP 429; `policy` says whose), or too many sign-ins of one account are waiting; a subscription ends with it when its events cost more than is left',
    remedy:
      'wait as long as `Retry-After` or `retryAfterSeconds` says; `RateLimit` says beforehand what is left. A subscription goes on from its last cursor',
    again: 'after waiting',
  },
  CURSOR_EXPIRED: {
    when: 'a subscription cannot go on from this cursor: more has happened since than is kept, or it is none of ours',
    remedy: 'read the state anew, and subscribe without a cursor',
    again: 'without it',
  },
  SLOW_CONSUMER: {
    when: 'the client reads the results of its subscriptions more slowly than they come; sockets close with 4410',
    remedy: 'subscribe again from the last cursor, to fewer things or read faster',
    again: 'yes',
  },
  SUBSCRIPTION_RETIRED: {
    when: 'the schema has changed, and a subscription that was begun before has been ended some minutes later',
    remedy: 'subscribe again from the last cursor',
    again: 'yes',
  },
  OVERLOADED: {
    when: 'the platform has more to do than it can (HTTP 503); nothing of the request was done',
    remedy: 'wait as long as `Retry-After` says',
    again: 'yes',
  },
  INTERNAL_SERVER_ERROR: {
    when: 'a bug or an outage; the message says nothing on purpose',
    remedy: 'report the correlation id',
    again: 'perhaps',
  },
} as const satisfies Record<string, ErrorDescription>;

export type ErrorCode = keyof typeof errorCodes;

/** Codes of graphql-js and Apollo Server for requests that are wrong in form, and what they mean. */
export const requestCodes: Readonly<Record<string, string>> = {
  GRAPHQL_PARSE_FAILED: 'the document is no GraphQL',
  GRAPHQL_VALIDATION_FAILED: 'the document does not fit the schema, or asks for what is not shown to this caller',
  OPERATION_RESOLUTION_FAILURE: 'the document has no such operation, or several and none is named',
  BAD_REQUEST: 'the HTTP request or socket message is not one GraphQL request in JSON',
  PERSISTED_QUERY_NOT_FOUND: 'no document is known by this `documentId` (HTTP 404) or hash (send it along)',
  PERSISTED_QUERY_NOT_SUPPORTED: 'documents cannot be remembered by hash here',
  PERSISTED_QUERY_ONLY: 'this caller may run persisted operations only: name one by `documentId` (HTTP 403)',
};
