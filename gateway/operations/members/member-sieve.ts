import { type ConsentCaller, type ConsentDecision } from '../../consent';
import { type ConsentGate, type ExecutionAnswer, type GuardRule, decideAbout } from '../../executor';
import { type Member, type MemberTrail, type TrailStep, type Values, isObject } from './member-trail';
import { edgeNodeKey } from './member-selection';
import { Sifting } from './sifting';

/** Leaves out of an answer's lists whose subjects do not agree to being in them, before anybody counts. */
export class MemberSieve {
  constructor(
    private readonly trail: MemberTrail,
    private readonly gate: ConsentGate,
  ) {}

  /** @param answer is changed: its lists are shortened, and what stands for a count becomes the number */
  async sift({ data, errors }: ExecutionAnswer, caller: ConsentCaller): Promise<ExecutionAnswer> {
    if (!data) return { data, errors };
    const found = new Found(this.trail);
    found.walk(data, this.trail.start);
    const decisions = await this.decide(found, caller);
    const isSure = !errors.some(({ path }) => path?.includes(edgeNodeKey));
    const sifting = new Sifting(this.trail, { decisionOf: (object) => decisions.get(object), isSure });
    sifting.walk(data, this.trail.start, []);
    return { data, errors: [...errors.flatMap((error) => sifting.moved(error, data)), ...sifting.errors] };
  }

  private async decide(found: Found, caller: ConsentCaller): Promise<ReadonlyMap<Values, ConsentDecision>> {
    const decided = new Map<Values, ConsentDecision>();
    const groups = [...found.members].map(async ([rules, objects]) => {
      const list = [...objects];
      const decisions = await decideAbout(this.gate, list, { rules, caller });
      list.forEach((object, index) => {
        const decision = decisions[index];
        if (decision) decided.set(object, decision);
      });
    });
    await Promise.all(groups);
    return decided;
  }
}

/** All that must be decided about an answer, collected before anything is asked. */
class Found {
  readonly members = new Map<readonly GuardRule[], Set<Values>>();
  private readonly seen = new Map<Values, Set<readonly TrailStep[]>>();

  constructor(private readonly trail: MemberTrail) {}

  walk(object: Values, steps: readonly TrailStep[]): void {
    const known = this.seen.get(object) ?? new Set();
    if (known.has(steps)) return;
    this.seen.set(object, known.add(steps));
    for (const step of steps) this.value(object[step.key], step);
  }

  private value(value: unknown, step: TrailStep): void {
    if (Array.isArray(value)) for (const item of value) this.item(item, step);
    else if (isObject(value)) this.walk(value, this.trail.follow(step, value));
  }

  private item(item: unknown, step: TrailStep): void {
    if (!isObject(item)) {
      this.value(item, step);
      return;
    }
    const member = step.count ? { object: item, rules: step.count.rules } : this.trail.memberOf(step, item);
    if (member !== null && member !== 'missing') this.add(member);
    this.walk(item, this.trail.follow(step, item));
  }

  private add({ object, rules }: Member): void {
    this.members.set(rules, (this.members.get(rules) ?? new Set()).add(object));
  }
}
