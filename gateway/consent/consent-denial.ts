import { GraphQLError } from 'graphql';
import { DomainError } from '#shared/errors';
import { type ConsentDecision } from './consent-decisions';

/**
 * The error that stands beside the null of a field whose subject has not consented: CONSENT_REQUIRED naming what to ask
 * for, or UPSTREAM_UNAVAILABLE when that could not be found out. It never says who the subject is.
 */
export function consentDenial(decision: ConsentDecision, path: readonly (string | number)[]): GraphQLError {
  const { message, extensions } = causeOf(decision);
  return new GraphQLError(message, { path, extensions });
}

function causeOf({ isKnown, purpose, consentType }: ConsentDecision): DomainError {
  if (!isKnown) {
    return new DomainError('UPSTREAM_UNAVAILABLE', 'Consent could not be checked; try again', { details: { purpose } });
  }
  return new DomainError('CONSENT_REQUIRED', 'This field needs a consent that is not given', {
    details: { purpose, consentType },
  });
}
