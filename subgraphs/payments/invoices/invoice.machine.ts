import { type Machine } from '../machine';

export const invoiceStatuses = ['DRAFT', 'OPEN', 'PARTIALLY_PAID', 'PAID', 'VOID'] as const;
export type InvoiceStatus = (typeof invoiceStatuses)[number];

export type InvoiceTrigger = 'finalize' | 'payPart' | 'payInFull' | 'void';

/** Once money has come in, an invoice cannot be made void: that would take the ground from under the payment. */
export const invoiceMachine: Machine<InvoiceStatus, InvoiceTrigger> = {
  DRAFT: { finalize: 'OPEN', void: 'VOID' },
  OPEN: { payPart: 'PARTIALLY_PAID', payInFull: 'PAID', void: 'VOID' },
  PARTIALLY_PAID: { payPart: 'PARTIALLY_PAID', payInFull: 'PAID' },
  PAID: {},
  VOID: {},
};
