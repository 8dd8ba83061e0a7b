import { enumOf } from '#shared/graphql';

export const paymentStatuses = ['PROCESSING', 'REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];
export const PaymentStatusEnum = enumOf('PaymentStatus', paymentStatuses);

/** The ways to pay that go through the provider. */
export const paymentMethodKinds = ['CARD', 'BANK_DEBIT', 'BACS', 'ACH', 'WALLET'] as const;
export type PaymentMethodKind = (typeof paymentMethodKinds)[number];
export const PaymentMethodKindEnum = enumOf('PaymentMethodKind', paymentMethodKinds);

export const openStatuses = ['PROCESSING', 'REQUIRES_ACTION'] as const satisfies readonly PaymentStatus[];

/**
 * The provider's answers and callbacks come in any order and more than once. Of two the higher rank is the truth: that
 * money has come outranks that it has not.
 */
const ranks: Readonly<Record<PaymentStatus, number>> = {
  PROCESSING: 0,
  REQUIRES_ACTION: 1,
  FAILED: 2,
  CANCELLED: 2,
  SUCCEEDED: 3,
};

export function outranks(status: PaymentStatus, present: PaymentStatus): boolean {
  return ranks[status] > ranks[present];
}

/** Nothing more is expected of it. */
export function isSettled(status: PaymentStatus): boolean {
  return !openStatuses.some((open) => open === status);
}
