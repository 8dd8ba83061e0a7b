import { z } from 'zod';
import { type UnitOfWork } from '#shared/database';
import { ConflictError, DomainError } from '#shared/errors';
import { type SupergraphClient } from '#shared/supergraph';
import { hasImageOfEveryFinding } from '../images/completeness';
import { announcement } from './case-events';
import { Case } from './case.entity';
import { nextStatus } from './case.machine';
import { moveCase } from './case.service';

const decision = z.array(z.object({ patientId: z.string(), permitted: z.boolean() }));

const consentQuestion = {
  document: `query ConsentsToSubmitACase($patientIds: [ID!]!) {
    directCare: consentDecisions(patientIds: $patientIds, purpose: DIRECT_CARE) { patientId permitted }
    photography: consentDecisions(patientIds: $patientIds, purpose: PHOTOGRAPHY) { patientId permitted }
  }`,
  shape: z.object({ directCare: decision, photography: decision }),
};

/**
 * Hands a case over to review.
 * @throws {DomainError} ILLEGAL_TRANSITION; CONFLICT without findings or with a finding that has no verified image;
 * CONSENT_REQUIRED naming the purposes; UPSTREAM_UNAVAILABLE when consent cannot be asked; STALE_VERSION; NOT_FOUND.
 */
export async function submitCase(
  { unit, supergraph }: { unit: UnitOfWork; supergraph: SupergraphClient },
  { id, ifVersion }: { id: string; ifVersion: number },
): Promise<Case> {
  const draft = await unit.get(Case, id, { ifVersion });
  await assertComplete(unit, draft);
  // Asked outside the transaction, which must not wait for another service; reviews asks again before each use.
  await assertConsented(unit, supergraph, draft.patientId);
  return unit.transaction(async (tx) => {
    const skinCase = await tx.get(Case, id, { ifVersion });
    await assertComplete(tx, skinCase);
    skinCase.submittedAt = tx.at;
    await moveCase(tx, skinCase, 'SUBMIT');
    const { pathway, priority, referrerUserId } = skinCase;
    await tx.publish('clinical.case.submitted', announcement(skinCase, { pathway, priority, referrerUserId }));
    return skinCase;
  });
}

async function assertComplete(unit: UnitOfWork, skinCase: Case): Promise<void> {
  nextStatus(skinCase.status, 'SUBMIT');
  if (skinCase.findingCount === 0) throw new ConflictError('A case needs a finding before it is submitted');
  if (!(await hasImageOfEveryFinding(unit, skinCase.id)))
    throw new ConflictError('Every finding needs a verified image');
}

async function assertConsented(unit: UnitOfWork, supergraph: SupergraphClient, patientId: string): Promise<void> {
  const { directCare, photography } = await supergraph.query(consentQuestion, { patientIds: [patientId] }, unit.actor);
  const permits = (decisions: z.infer<typeof decision>): boolean =>
    decisions.some((one) => one.patientId === patientId && one.permitted);
  const purposes = [...(permits(directCare) ? [] : ['DIRECT_CARE']), ...(permits(photography) ? [] : ['PHOTOGRAPHY'])];
  if (purposes.length === 0) return;
  throw new DomainError('CONSENT_REQUIRED', `The patient has no active consent for ${purposes.join(' and ')}`, {
    details: { purposes },
  });
}
