import { column, migration } from '#shared/tables';

export const createInvoices = migration('1764000600001-create-invoices', async (schema) => {
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
});
