import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { CodeColumn, IdColumn, IntegerColumn, MoneyColumn, ReferenceColumn, TextColumn } from '#shared/tables';
import { patientOrBilling } from '../visibility';

@ObjectType({ description: 'One thing on an invoice, at the price it had when it was put there.' })
@RequireScopes('payments:invoices:read', 'payments:invoices:self')
@VisibleBy<InvoiceLine>('patient_or_billing', patientOrBilling)
@PhiSubject<InvoiceLine>((line) => line.patientId)
@Entity('invoice_lines')
export class InvoiceLine extends TenantEntity {
  @Field(() => ID)
  @IdColumn('inl')
  id!: string;

  @ReferenceColumn('inv')
  invoiceId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @Field({ description: 'The name in the price list' })
  @TextColumn()
  description!: string;

  @Field()
  @CodeColumn()
  priceCode!: string;

  @Field(() => Int)
  @IntegerColumn()
  quantity!: number;

  @MoneyColumn()
  unitAmountMinor!: number;

  @MoneyColumn()
  amountMinor!: number;

  @CodeColumn()
  currency!: string;
}
