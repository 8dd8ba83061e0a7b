import { type FieldNode } from 'graphql';
import { isSubjectField } from '../executor';

const prefix = '_as_';
/** What the gateway asks for itself, and what exists in plans only. */
const reserved = [prefix, '_subject_', '_required_'];

/**
 * Under which key a client's field travels while a plan is executed. Plans read keys and `@requires` by field name, so
 * a client's alias of that name, or the same field with other arguments, would be taken for them: `{ id: legacyId }`
 * would answer the id. Such selections are renamed before planning and named back in data and error paths.
 */
export class ResponseKeys {
  constructor(private readonly joinedFields: ReadonlySet<string>) {}

  planned(field: FieldNode): string {
    const key = responseKey(field);
    const means = {
      another: field.alias !== undefined && key !== field.name.value,
      arguments: !!field.arguments?.length,
    };
    const isShadow = this.joinedFields.has(key) && (means.another || means.arguments);
    // A key that JavaScript takes for the prototype of an object must not come near one.
    return isShadow || key === '__proto__' || reserved.some((start) => key.startsWith(start)) ? prefix + key : key;
  }

  isRenamed(field: FieldNode): boolean {
    return this.planned(field) !== responseKey(field);
  }

  /** An error in what the gateway asked for itself is one of the object that it asked about. */
  answered(path: readonly (string | number)[]): (string | number)[] {
    const own = path.findIndex((step) => typeof step === 'string' && isSubjectField(step));
    return (own < 0 ? path : path.slice(0, own)).map((step) =>
      typeof step === 'string' && step.startsWith(prefix) ? step.slice(prefix.length) : step,
    );
  }
}

export function responseKey(field: FieldNode): string {
  return field.alias?.value ?? field.name.value;
}

/** `__typename`, `__schema`, `__type`: they have no rules and no owner. */
export function isIntrospective(field: FieldNode): boolean {
  return field.name.value.startsWith('__');
}
