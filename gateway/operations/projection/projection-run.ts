import { GraphQLError } from 'graphql';
import { type Actor } from '#shared/auth';
import { answerWriter } from './byte-writer';
import { type Form } from './form';
import { type ProjectionInput } from './projection';

export type Path = readonly (string | number)[];

/** A null where the schema allows none: the nearest nullable field around it becomes null (specification §6.4.4). */
export const bubble = Symbol('null must bubble');

/** More errors than this tell a client nothing new. */
const maxErrors = 1_000;

interface Forbidden {
  readonly path: Path;
  readonly field: string;
}

type RunInput = Pick<ProjectionInput, 'actor' | 'introspection' | 'shared'>;

/** One answer being given its shape. */
export class ProjectionRun {
  /** Where bytes go, if the answer is written as such. */
  readonly out = answerWriter;
  readonly denials: GraphQLError[] = [];
  /** Where the shaping is: the first `depth` steps of it are valid. */
  readonly path: (string | number)[];
  private readonly forbidden: Forbidden[] = [];
  private readonly shaped = new Map<unknown, { readonly shape: unknown; readonly made: unknown }>();

  readonly actor: Actor | null;
  /** Answers to `__schema` and `__type`, by response key. */
  readonly introspection: Readonly<Record<string, unknown>>;
  private readonly sharedObjects: ReadonlySet<unknown> | null;

  /** @param start of the object that is shaped, in the whole answer */
  constructor({ actor, introspection, shared }: RunInput, start: Path = []) {
    this.actor = actor;
    this.introspection = introspection;
    this.sharedObjects = shared?.size ? shared : null;
    this.path = [...start];
  }

  /** Whether an object is known to stand in several places. */
  isShared(object: unknown): boolean {
    return this.sharedObjects?.has(object) ?? false;
  }

  /**
   * Entities that stand in several places share their lists, or are one object, and what one shape makes of it need not be
   * made again, unless it was told of a place in it.
   */
  once(shape: unknown, source: unknown, { make, form }: { make: () => unknown; form: Form }): unknown {
    const known = this.shaped.get(source);
    if (known && known.shape === shape) return form.again(known.made, this);
    const told = this.told;
    const { answer, made } = form.remember(make, this);
    if (told === this.told && answer !== bubble && answer !== null) this.shaped.set(source, { shape, made });
    return answer;
  }

  /** What was made once is made anew. */
  forget(): void {
    this.shaped.clear();
  }

  private get told(): number {
    return this.denials.length + this.forbidden.length;
  }

  deny(error: GraphQLError): void {
    if (this.denials.length < maxErrors) this.denials.push(error);
  }

  /** A value that its type does not allow stands here. @param field e.g. `Case.title` */
  forbid(depth: number, field: string): void {
    if (this.forbidden.length < maxErrors) this.forbidden.push({ path: this.path.slice(0, depth), field });
  }

  /** The values that no error explains. A subgraph broke the promise of its own schema. */
  unexplained(errors: readonly GraphQLError[]): GraphQLError[] {
    if (this.forbidden.length === 0) return [];
    const explained = [...errors, ...this.denials].map(({ path }) => path ?? []);
    return this.forbidden
      .filter(({ path }) => !explained.some((other) => isOneWithin(path, other)))
      .map(({ path, field }) => {
        const message = `The service that owns ${field} gave a value that its type does not allow`;
        return new GraphQLError(message, { path, extensions: { code: 'UPSTREAM_UNAVAILABLE' } });
      });
  }
}

/** Is one of two paths the beginning of the other? */
function isOneWithin(one: Path, other: Path): boolean {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) if (one[index] !== other[index]) return false;
  return true;
}
