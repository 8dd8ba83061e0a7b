import { type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { Customer } from './customer.entity';

/** The customer of a patient, made at the first bill. */
export async function customerOf(tx: UnitOfWork, patientId: string): Promise<Customer> {
  const known = await tx.findBy(Customer, { patientId });
  return known ?? tx.create(Customer, { id: newId('cus'), patientId });
}
