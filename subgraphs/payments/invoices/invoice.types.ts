import { ArgsType, Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Authenticated } from '#shared/auth';
import { connectionType, Day, Payload } from '#shared/graphql';
import { PageArgs } from '../page.types';
import { Invoice, InvoiceStatusEnum } from './invoice.entity';
import { type InvoiceStatus } from './invoice.machine';

@ObjectType({ description: 'Owned by clinical; payments adds what is owed.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class Patient {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ description: 'Owned by clinical; payments adds the invoices it led to.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class Case {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ description: 'Owned by scheduling; payments adds its invoice.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class Appointment {
  @Field(() => ID)
  id!: string;
}

@InputType()
export class InvoiceLineInput {
  @Field(() => ID)
  priceId!: string;

  @Field(() => Int, { defaultValue: 1 })
  quantity!: number;
}

@InputType()
export class CreateInvoiceInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => ID)
  patientId!: string;

  @Field(() => ID, { nullable: true })
  appointmentId?: string | null;

  @Field(() => ID, { nullable: true })
  caseId?: string | null;

  @Field(() => Day, { nullable: true })
  dueOn?: string | null;

  @Field(() => [InvoiceLineInput])
  lines!: InvoiceLineInput[];
}

@ArgsType()
export class PatientInvoicesArgs extends PageArgs {
  @Field(() => [InvoiceStatusEnum], { nullable: true })
  status?: InvoiceStatus[] | null;
}

@ArgsType()
export class InvoicesArgs extends PatientInvoicesArgs {
  @Field(() => ID, { nullable: true })
  patientId?: string | null;

  @Field(() => Day, { nullable: true })
  dueBefore?: string | null;
}

@ObjectType()
export class InvoicePayload extends Payload {
  @Field(() => Invoice, { nullable: true })
  invoice!: Invoice | null;
}

export const InvoiceConnection = connectionType('Invoice', () => Invoice);
