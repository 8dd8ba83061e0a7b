import { setTimeout as wait } from 'node:timers/promises';
import { type Actor } from '#shared/auth';
import { type Logger } from '#shared/logging';

/**
 * Decides on policies that `@policy` names: which of them hold for this caller, now. Asked at most once for a request,
 * with every name that its operation brings.
 */
export type EvaluatePolicies = (names: readonly string[], actor: Actor | null) => Promise<ReadonlySet<string>>;

/** Longest wait for a decision; after it every policy counts as not satisfied. */
const deadlineMs = 2_000;

const none: ReadonlySet<string> = new Set();

/** An evaluator that always answers, and in time: what it cannot find out is not satisfied. */
export function carefulEvaluator(evaluate: EvaluatePolicies | undefined, log: Logger): EvaluatePolicies {
  if (!evaluate) return () => Promise.resolve(none);
  return async (names, actor) => {
    if (names.length === 0) return none;
    const ended = new AbortController();
    const deadline = wait(deadlineMs, undefined, { signal: ended.signal }).then(() => {
      throw new DOMException('The deadline has passed', 'TimeoutError');
    });
    try {
      const satisfied = await Promise.race([evaluate(names, actor), deadline]);
      return new Set(names.filter((name) => satisfied.has(name)));
    } catch (err) {
      log.warn({ err }, 'Policies could not be evaluated, so none is satisfied');
      return none;
    } finally {
      ended.abort();
      deadline.catch(() => undefined);
    }
  };
}

const rolePrefix = 'role:';

/**
 * `@policy(policies: [["role:auditor"]])`: the roles in a token as policies. Organisations may name roles of their own,
 * so nothing but a name with this prefix is ever a role.
 */
export const rolesAsPolicies: EvaluatePolicies = (names, actor) => {
  const roles = new Set((actor?.roles ?? []).map((role) => rolePrefix + role));
  return Promise.resolve(new Set(names.filter((name) => roles.has(name))));
};
