import { type DocumentNode } from 'graphql';
import { SupergraphError } from '../supergraph';
import { type ConsentRule, readConsentRules } from './consent-rules';
import { type CountRule, problemsOfCounts, readCountRules } from './count-rules';
import { type GuardedField, guardedFields } from './guarded-fields';

/** All that a supergraph says about consent. */
export interface ConsentLaw {
  readonly fields: readonly GuardedField[];
  /** Rules of whole types: members of lists are left out when they are not satisfied. */
  readonly types: readonly ConsentRule[];
  readonly counts: readonly CountRule[];
}

/** @throws {SupergraphError} naming each declaration that could not be enforced: a law that does not hold must not load */
export function readConsentLaw(policy: DocumentNode): ConsentLaw {
  const rules = readConsentRules(policy);
  const types = rules.filter(({ fieldName }) => fieldName === null);
  const counts = types.length > 0 ? readCountRules(policy) : [];
  const problems = types.length > 0 ? problemsOfCounts(policy, types, counts) : [];
  if (problems.length > 0) throw new SupergraphError('Some counts would tell of what needs consent:', problems);
  return { fields: guardedFields(rules, policy), types, counts };
}
