import { GraphQLError } from 'graphql';
import { type RequestLimits } from './request-limits';
import { DomainError } from '#shared/errors';

/**
 * Whether a request may bring so many operations at once, as a list.
 * @throws {GraphQLError} BAD_REQUEST when lists are not taken at all, or this one is empty
 * @throws {DomainError} LIMIT_EXCEEDED
 */
export function assertBatch(operations: number, { batch: allowed }: Pick<RequestLimits, 'batch'>): void {
  if (allowed === 0 || operations === 0) {
    throw new GraphQLError('The request is not one GraphQL request in JSON', { extensions: { code: 'BAD_REQUEST' } });
  }
  if (operations <= allowed) return;
  throw new DomainError('LIMIT_EXCEEDED', `A batch has at most ${String(allowed)} operations`, {
    details: { limit: 'batch', allowed },
  });
}
