import { z } from 'zod';
import { InputError } from '#shared/errors';
import { lesionClasses, malignancies, managementPlans } from '../outcomes/outcome.codes';
import { type DecisionSummary, type FindingDecision } from './decision.entity';
import { type SubmitReadInput } from './human-review.types';

const percent = z.int('is a whole number from 0 to 100').min(0).max(100);

const readSchema = z.object({
  perFinding: z.array(
    z.object({
      findingId: z.string(),
      system: z.string().min(1).max(200),
      code: z.string().min(1).max(64),
      class: z.enum(lesionClasses),
      malignancy: z.enum(malignancies),
      confidence: percent,
    }),
  ),
  management: z.enum(managementPlans),
  confidence: percent,
  rationale: z.string().trim().min(1, 'says why').max(5_000),
});

/** A read whose every code is known and that covers the case. */
export interface Read {
  readonly perFinding: FindingDecision[];
  readonly management: DecisionSummary['management'];
  readonly confidence: number;
  readonly rationale: string;
}

/** @throws {InputError} naming the input at fault: an unknown code, or a finding left out, named twice or of another case. */
export function parseRead(input: SubmitReadInput, findingIds: readonly string[]): Read {
  const { success, data, error } = readSchema.safeParse(input);
  if (!success) {
    const [issue] = error.issues;
    throw new InputError(issue?.message ?? 'Malformed', ['input', ...(issue?.path.map(String) ?? [])]);
  }
  assertCovers(
    data.perFinding.map(({ findingId }) => findingId),
    findingIds,
  );
  const perFinding = data.perFinding.map(({ system, code, ...finding }) => ({
    ...finding,
    code: { system, code, display: null, version: null },
  }));
  return { ...data, perFinding };
}

function assertCovers(decided: readonly string[], findingIds: readonly string[]): void {
  const path = ['input', 'perFinding'];
  if (new Set(decided).size < decided.length) throw new InputError('A finding is decided once', path);
  const foreign = decided.filter((id) => !findingIds.includes(id));
  if (foreign.length > 0) throw new InputError('A finding decided is none of this case', path);
  const missing = findingIds.filter((id) => !decided.includes(id));
  if (missing.length > 0) throw new InputError(`Decide every finding: ${missing.join(', ')} is missing`, path);
}
