import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { IdColumn, ReferenceColumn } from '#shared/tables';
import { patientOrBilling } from '../visibility';

@ObjectType({ description: 'Who pays: a patient, as payments knows them.' })
@Directive('@key(fields: "id")')
@RequireScopes('payments:invoices:read', 'payments:invoices:self')
@VisibleBy<Customer>('patient_or_billing', patientOrBilling)
@PhiSubject<Customer>((customer) => customer.patientId)
@Entity('customers')
export class Customer extends TenantEntity {
  @Field(() => ID)
  @IdColumn('cus')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;
}
