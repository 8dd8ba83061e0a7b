import { enumOf } from '#shared/graphql';
import { type Machine, statesWith } from '../machine';

export const deliveryStatuses = [
  'QUEUED',
  'DEFERRED',
  'SENDING',
  'SENT',
  'DELIVERED',
  'FAILED',
  'DEAD',
  'SUPPRESSED',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];
export const DeliveryStatusEnum = enumOf('DeliveryStatus', deliveryStatuses);

/** Why a message was kept back. */
export const suppressionReasons = ['NO_CONSENT', 'NO_ADDRESS', 'PHI_NOT_ALLOWED_ON_CHANNEL', 'ERASED_SUBJECT'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];
export const SuppressionReasonEnum = enumOf('SuppressionReason', suppressionReasons);

export const deliveryMachine: Machine<
  DeliveryStatus,
  'claim' | 'send' | 'deliver' | 'defer' | 'fail' | 'giveUp' | 'suppress'
> = {
  QUEUED: { claim: 'SENDING' },
  /** The recipient could not be read: nothing was tried. */
  DEFERRED: { claim: 'SENDING' },
  FAILED: { claim: 'SENDING' },
  SENDING: {
    /** By another worker, once the lease has lapsed. */
    claim: 'SENDING',
    send: 'SENT',
    defer: 'DEFERRED',
    fail: 'FAILED',
    giveUp: 'DEAD',
    suppress: 'SUPPRESSED',
  },
  /** Out of our hands: as far as we hear of it when mail goes by SMTP. */
  SENT: { deliver: 'DELIVERED' },
  DELIVERED: {},
  DEAD: {},
  SUPPRESSED: {},
};

/** States in which a worker may take a delivery up when it is due. */
export const claimable = statesWith(deliveryMachine, 'claim');
