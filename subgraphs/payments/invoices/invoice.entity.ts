import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { ConflictError, InputError } from '#shared/errors';
import { DateTime, Day, enumOf, Phi } from '#shared/graphql';
import { CodeColumn, DayColumn, IdColumn, MoneyColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { nextState } from '../machine';
import { patientOrBilling } from '../visibility';
import { invoiceMachine, type InvoiceStatus, invoiceStatuses } from './invoice.machine';

export const InvoiceStatusEnum = enumOf('InvoiceStatus', invoiceStatuses);

@ObjectType({
  description: 'What a patient owes. From the moment it has a number it does not change, but for what is paid.',
})
@Directive('@key(fields: "id")')
@RequireScopes('payments:invoices:read', 'payments:invoices:self')
@VisibleBy<Invoice>('patient_or_billing', patientOrBilling)
@PhiSubject<Invoice>((invoice) => invoice.patientId)
@Entity('invoices')
export class Invoice extends TenantEntity {
  @Field(() => ID)
  @IdColumn('inv')
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Given when it is finalised; without gaps within the organisation',
  })
  @CodeColumn({ nullable: true })
  number!: string | null;

  @ReferenceColumn('cus')
  customerId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('apt', { nullable: true })
  appointmentId!: string | null;

  @ReferenceColumn('case', { nullable: true })
  caseId!: string | null;

  @Field(() => InvoiceStatusEnum)
  @CodeColumn()
  status!: InvoiceStatus;

  @Field({ description: 'ISO 4217' })
  @CodeColumn()
  currency!: string;

  @MoneyColumn()
  totalMinor!: number;

  @MoneyColumn()
  paidMinor!: number;

  /** Being paid at this moment: promised to payments that have no outcome yet. */
  @MoneyColumn()
  pendingMinor!: number;

  @Field(() => Day, { nullable: true })
  @DayColumn({ nullable: true })
  dueOn!: string | null;

  @Phi('FINANCIAL')
  @Field(() => String, { nullable: true })
  @Encrypted('FINANCIAL')
  voidReason!: string | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  finalizedAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  paidAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  voidedAt!: Date | null;

  /** @throws {DomainError} ILLEGAL_TRANSITION; CONFLICT when there is nothing to pay on it. */
  finalize(number: string, at: Date): void {
    this.status = nextState(invoiceMachine, this.status, 'finalize');
    if (this.totalMinor <= 0) throw new ConflictError('An invoice over nothing cannot be finalised');
    this.number = number;
    this.finalizedAt = at;
  }

  /** @throws {DomainError} ILLEGAL_TRANSITION; CONFLICT while a payment is under way. */
  void(reason: string | null, at: Date): void {
    if (this.pendingMinor > 0) throw new ConflictError('A payment of this invoice is under way');
    this.status = nextState(invoiceMachine, this.status, 'void');
    this.voidReason = reason;
    this.voidedAt = at;
  }

  /** What is left to pay, whatever is under way. */
  dueMinor(): number {
    return isPayable(this.status) ? Math.max(0, this.totalMinor - this.paidMinor) : 0;
  }

  /**
   * Sets an amount aside for a payment that begins; all that is left when none is named.
   * @throws {DomainError} CONFLICT when it cannot be paid in its state; BAD_USER_INPUT for more than is left.
   */
  reserve(amountMinor: number | null): number {
    if (!isPayable(this.status)) throw new ConflictError('Only an open invoice can be paid');
    const left = this.dueMinor() - this.pendingMinor;
    const amount = amountMinor ?? left;
    if (left <= 0) throw new ConflictError('All of this invoice is being paid already');
    if (amount <= 0 || amount > left)
      throw new InputError('Pay at least something and at most what is left', ['amount']);
    this.pendingMinor += amount;
    return amount;
  }

  /** A payment came to nothing. */
  releaseReserved(amountMinor: number): void {
    this.pendingMinor = Math.max(0, this.pendingMinor - amountMinor);
  }

  /** Money has come in. It counts whatever the state: the provider has it, and the books must say so. */
  receive(amountMinor: number, at: Date): void {
    this.paidMinor += amountMinor;
    if (!isPayable(this.status)) return;
    const isPaid = this.paidMinor >= this.totalMinor;
    this.status = nextState(invoiceMachine, this.status, isPaid ? 'payInFull' : 'payPart');
    if (isPaid) this.paidAt = at;
  }
}

function isPayable(status: InvoiceStatus): boolean {
  return status === 'OPEN' || status === 'PARTIALLY_PAID';
}
