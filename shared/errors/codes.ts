/**
 * Every code the platform answers with. Clients switch on these, never on messages, so a code is never renamed;
 * docs/errors.md explains each.
 */
export const errorCodes = {
  BAD_USER_INPUT: 'An argument is missing, malformed or out of bounds',
  INVALID_ID: 'An identifier has the wrong prefix or is not an identifier',
  UNAUTHENTICATED: 'No valid access token came with the request',
  FORBIDDEN: 'The token lacks a scope, or a policy forbids this act to this actor',
  UNAUTHORIZED_FIELD_OR_TYPE: 'A selected field needs scopes the token lacks; it is null and the rest is answered',
  NOT_FOUND: 'There is no such record, or it belongs to another organisation',
  CONFLICT: 'The record is not in the state this act needs',
  STALE_VERSION: 'The record has changed since the version named in ifVersion',
  ILLEGAL_TRANSITION: 'The state machine has no such arrow; from, to and allowed say which there are',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before with another request',
  CONSENT_REQUIRED: 'The patient has no active consent for this purpose',
  UPLOAD_INVALID: 'The uploaded bytes are not what the ticket announced',
  UPLOAD_TOO_LARGE: 'The file is larger than uploads may be',
  CONTENT_TYPE_NOT_ALLOWED: 'Files of this type are not accepted',
  SLOT_TAKEN: 'Somebody else has booked this time',
  SLOT_INVALID: 'The slot token is forged, stale or outside the bookable horizon',
  CLAIM_LOST: 'The claim has lapsed or belongs to another reader',
  NOTHING_TO_CLAIM: 'No review in the queue can be claimed by this reader',
  INVALID_CREDENTIALS: 'The e-mail, password, client or secret is wrong',
  TEXT_MISMATCH: 'The hash of the text shown differs from the published consent text',
  PAYMENT_FAILED: 'The payment provider refused the payment',
  UPSTREAM_UNAVAILABLE: 'A service the request depends on did not answer in time; trying again is safe',
  LIMIT_EXCEEDED: 'The request is larger, deeper or costlier than the limits allow',
  RATE_LIMITED: 'Too many requests; Retry-After says when to try again',
  INTERNAL_SERVER_ERROR: 'A bug or an outage of ours; the correlation id finds it in the logs',
} as const;

export type ErrorCode = keyof typeof errorCodes;
