import { type SuppressionReason } from './delivery.codes';
import { type Receipt } from './delivery.entity';

/** What an attempt came to, before it is written down. */
export type Outcome =
  | { readonly kind: 'sent'; readonly receipt: Receipt }
  /** For the inbox: the item is stored together with the result, so that neither is ever there alone. */
  | { readonly kind: 'posted'; readonly title: string; readonly body: string }
  | { readonly kind: 'suppressed'; readonly reason: SuppressionReason }
  /** The recipient could not be read. */
  | { readonly kind: 'unread'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string }
  /** Failed, and would again. */
  | { readonly kind: 'hopeless'; readonly error: string };
