import { type Actor } from '#shared/auth';
import { type HandedSpan } from '#shared/tracing';
import { DomainError } from '#shared/errors';

/** The consent that a person would have to be asked for. */
export interface ConsentType {
  readonly key: string;
  readonly name: string;
}

export interface ConsentQuestion {
  readonly purpose: string;
  readonly dataCategory: string;
  /** Distinct, at most 1,000. */
  readonly subjects: readonly string[];
  /** Who will see the data. */
  readonly viewer: Actor;
  readonly correlationId: string;
  /** What the request is traced by. */
  readonly span: HandedSpan | null;
}

export interface SourceDecision {
  readonly permitted: boolean;
  /** Why, as a stable code. */
  readonly reason: string;
  readonly consentType: ConsentType | null;
  /** The person's own word that decided, if it was one. */
  readonly recordId?: string | null | undefined;
  /** How long the decision holds unless somebody says otherwise; 0 when it must not be kept. */
  readonly cacheForSeconds: number;
}

/** Where decisions come from. A rejection means that none could be had, and is never taken for a permission. */
export interface ConsentSource {
  /** @returns one decision per subject, in their order */
  decide(question: ConsentQuestion): Promise<readonly SourceDecision[]>;
}

/** For a supergraph that protects fields but has nobody who could decide: they stay closed. */
export const noConsentSource: ConsentSource = {
  decide: () => Promise.reject(new DomainError('UPSTREAM_UNAVAILABLE', 'Nobody decides about consent here')),
};
