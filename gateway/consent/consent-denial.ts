import { GraphQLError } from 'graphql';
import { DomainError } from '#shared/errors';
import { type ConsentDecision } from './consent-decisions';

/**
 * The error that stands beside the null of a field whose subject has not consented, or beside a list without those who
 * have not: CONSENT_REQUIRED naming what to ask for, or UPSTREAM_UNAVAILABLE when that could not be found out. It says
 * neither who the subject is nor how many are left out.
 */
export function consentDenial(
  decision: ConsentDecision,
  path: readonly (string | number)[],
  what: 'field' | 'members' = 'field',
): GraphQLError {
  const { message, extensions } = causeOf(decision, what);
  return new GraphQLError(message, { path, extensions });
}

const messages = {
  field: 'This field needs a consent that is not given',
  members: 'What needs a consent that is not given is left out',
};

function causeOf({ isKnown, purpose, consentType }: ConsentDecision, what: keyof typeof messages): DomainError {
  if (!isKnown) {
    return new DomainError('UPSTREAM_UNAVAILABLE', 'Consent could not be checked; try again', { details: { purpose } });
  }
  return new DomainError('CONSENT_REQUIRED', messages[what], {
    details: { purpose, consentType },
  });
}
