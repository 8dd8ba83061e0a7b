import { column, migration } from '#shared/tables';

export const createPayments = migration('1764000600001-create-payments', async (schema) => {
  await schema.createTenantTable(
    'prices',
    {
      code: column.code,
      name: column.text,
      unit_amount_minor: column.money,
      currency: column.codeOf(3),
      active: column.flag,
    },
    { unique: [['code']] },
  );
  await schema.createTenantTable('customers', { patient_id: column.id }, { unique: [['patient_id']] });
  await schema.createTenantTable(
    'invoices',
    {
      number: column.code.orNull,
      customer_id: column.id,
      patient_id: column.id,
      appointment_id: column.id.orNull,
      case_id: column.id.orNull,
      status: column.code,
      currency: column.codeOf(3),
      total_minor: column.money,
      paid_minor: column.money,
      pending_minor: column.money,
      due_on: column.day.orNull,
      void_reason: column.text.orNull,
      finalized_at: column.time.orNull,
      paid_at: column.time.orNull,
      voided_at: column.time.orNull,
    },
    { unique: [['number']], indexes: [['patient_id'], ['appointment_id'], ['case_id'], ['status', 'created_at']] },
  );
  await schema.createTenantTable(
    'invoice_lines',
    {
      invoice_id: column.id,
      patient_id: column.id,
      description: column.text,
      price_code: column.code,
      quantity: column.integer,
      unit_amount_minor: column.money,
      amount_minor: column.money,
      currency: column.codeOf(3),
    },
    { indexes: [['invoice_id']] },
  );
  await schema.createTenantTable('number_sequences', { last: column.integer });
  await schema.createTenantTable(
    'ledger_entries',
    {
      at: column.time,
      account: column.code,
      debit_minor: column.money,
      credit_minor: column.money,
      currency: column.codeOf(3),
      reference: column.code,
      kind: column.code,
    },
    { indexes: [['account', 'at'], ['reference']] },
  );
  await schema.createTenantTable(
    'payments',
    {
      invoice_id: column.id,
      patient_id: column.id,
      amount_minor: column.money,
      currency: column.codeOf(3),
      method: column.code,
      status: column.code,
      provider: column.code,
      provider_ref: column.code.orNull,
      method_token: column.code,
      failure_code: column.code.orNull,
      settled_at: column.time.orNull,
      next_attempt_at: column.time,
    },
    { indexes: [['invoice_id']] },
  );
  // The worker looks for due payments of all organisations.
  await schema.addIndex('payments', ['status', 'next_attempt_at']);
  await schema.createTenantTable(
    'provider_events',
    { provider_event_id: column.code },
    { unique: [['provider_event_id']] },
  );
});
