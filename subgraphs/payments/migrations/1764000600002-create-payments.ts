import { column, migration } from '#shared/tables';

export const createPayments = migration('1764000600002-create-payments', async (schema) => {
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
