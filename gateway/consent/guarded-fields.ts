import { type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql';
import { type ConsentRule, keyFieldsOf } from './consent-rules';

/** A field that is fetched only with the consent of whom it is about, and every rule that it is under. */
export interface GuardedField {
  readonly typeName: string;
  readonly fieldName: string;
  readonly rules: readonly ConsentRule[];
}

/**
 * What the rules come to, field by field. A rule of a type holds for each of its fields but those of its keys, beside
 * the field's own rules.
 * @param policy the document that the rules were read from
 */
export function guardedFields(rules: readonly ConsentRule[], policy: DocumentNode): GuardedField[] {
  const types = new Set(rules.map(({ typeName }) => typeName));
  return policy.definitions.flatMap((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION && types.has(type.name.value) ? fieldsOf(type, rules) : [],
  );
}

function fieldsOf(type: ObjectTypeDefinitionNode, rules: readonly ConsentRule[]): GuardedField[] {
  const typeName = type.name.value;
  const own = rules.filter((rule) => rule.typeName === typeName);
  const keys = keyFieldsOf(type);
  return (type.fields ?? []).flatMap(({ name: { value: fieldName } }) => {
    const ofField = own.filter(
      (rule) => rule.fieldName === fieldName || (rule.fieldName === null && !keys.has(fieldName)),
    );
    return ofField.length > 0 ? [{ typeName, fieldName, rules: ofField }] : [];
  });
}
