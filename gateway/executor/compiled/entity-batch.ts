import { type ReliedConsents, type SubgraphResult } from '../../transport';
import { type Entity, isEntity } from './entity';
import { jsonOf } from './json';

/** The answer about some entities: one for each representation, in their order. */
export interface EntityAnswer {
  readonly entities: readonly (Entity | null)[];
  readonly errors: NonNullable<SubgraphResult['errors']>;
}

const unfit = {
  message: 'A service this request depends on gave an answer that does not fit the question',
  extensions: { code: 'UPSTREAM_UNAVAILABLE' },
};

/** Representations for one call, each only once. */
export class EntityBatch {
  /** How many fetches share it. */
  parties = 0;
  private readonly positions = new Map<string, number>();
  /** The same for entities with one scalar key: by how their representation begins, and the value of the key. */
  private readonly keyed = new Map<string, Map<unknown, number>>();
  private readonly texts: string[] = [];
  private result: Promise<SubgraphResult> | null = null;
  /** On which it rests that the objects may be asked about, if on any. */
  consents: ReliedConsents | undefined;

  get isEmpty(): boolean {
    return this.texts.length === 0;
  }

  /** @param representation JSON text @returns its position */
  add(representation: string): number {
    const known = this.positions.get(representation);
    if (known !== undefined) return known;
    const position = this.texts.push(representation) - 1;
    this.positions.set(representation, position);
    return position;
  }

  /**
   * The same, without writing a representation that is there already: comparing values is cheaper than texts. What
   * others add by its text stands in the call a second time, which is wasteful but not wrong.
   * @param start of the representation, up to the value of its last key
   */
  addKeyed(start: string, value: unknown): number {
    let ofStart = this.keyed.get(start);
    if (!ofStart) {
      ofStart = new Map();
      this.keyed.set(start, ofStart);
    }
    const known = ofStart.get(value);
    if (known !== undefined) return known;
    const position = this.texts.push(`${start}${jsonOf(value)}}`) - 1;
    ofStart.set(value, position);
    return position;
  }

  /** JSON text of the variables of the call. @param others JSON text of the object of the operation's own variables */
  variables(others: string): string {
    const own = `"representations":[${this.texts.join(',')}]`;
    return others === '{}' ? `{${own}}` : `${others.slice(0, -1)},${own}}`;
  }

  rely(consents: ReliedConsents | undefined): void {
    if (consents) this.consents = { ...this.consents, ...consents };
  }

  answerBy(result: Promise<SubgraphResult>): void {
    this.result = result;
  }

  async answer(): Promise<EntityAnswer> {
    const { data, errors = [] } = (await this.result) ?? {};
    const entities: unknown = data?.['_entities'];
    if (Array.isArray(entities) && entities.length === this.texts.length && entities.every(isEntityOrNull)) {
      return { entities, errors };
    }
    return { entities: [], errors: errors.length > 0 ? errors : [unfit] };
  }
}

function isEntityOrNull(value: unknown): value is Entity | null {
  return value === null || isEntity(value);
}
