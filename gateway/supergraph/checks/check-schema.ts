import { type DocumentNode, validate } from 'graphql';
import { type LoadedSupergraph } from '../load';
import { findAccessDifferences } from './access-differences';
import { collectUsage } from './operation-usage';
import { deprecatedCoordinates, findOverlookedDifferences } from './overlooked-differences';
import { type ChangeLevel, type SchemaChange } from './schema-change';
import { findSchemaDifferences } from './schema-differences';

/** An operation that clients are known to send. */
export interface KnownOperation {
  readonly id: string;
  readonly name: string;
  readonly document: DocumentNode;
}

export interface CheckedChange extends Pick<SchemaChange, 'code' | 'coordinate' | 'message'> {
  readonly level: ChangeLevel;
  /** Names of the known operations that it breaks. */
  readonly breaks: readonly string[];
}

export interface SchemaCheck {
  /** Breaking ones first, then dangerous, then safe. */
  readonly changes: readonly CheckedChange[];
  /** Names of all operations that some change breaks. */
  readonly brokenOperations: readonly string[];
  /** Names of operations that were not valid before either: nothing can be said of them. */
  readonly invalidOperations: readonly string[];
}

type Compared = Pick<LoadedSupergraph, 'schema' | 'policy'>;

const levels: readonly ChangeLevel[] = ['breaking', 'dangerous', 'safe'];
const removals: ReadonlySet<string> = new Set(['FIELD_REMOVED', 'ARG_REMOVED', 'VALUE_REMOVED_FROM_ENUM']);

/** What a new supergraph changes for clients of the old one, and which of the known operations it breaks. */
export function checkSchema(
  before: Compared,
  after: Compared,
  operations: readonly KnownOperation[] = [],
): SchemaCheck {
  const known = operations.map((operation) => ({
    ...operation,
    isValid: validate(before.schema, operation.document).length === 0,
  }));
  const users = known
    .filter(({ isValid }) => isValid)
    .map((operation) => ({ ...operation, used: collectUsage(operation.document, before.schema) }));
  const changes = findChanges(before, after).map((change): CheckedChange => {
    const broken = users.filter(({ used }) => change.touches.some((name) => used.has(name)));
    return checked(
      change,
      broken.map(({ name }) => name),
    );
  });
  const explained = new Set(changes.flatMap(({ breaks }) => breaks));
  const unexplained = users
    .filter(({ name }) => !explained.has(name))
    .flatMap((operation) => ofOperation(operation, after));
  const all = [...unexplained, ...changes];
  return {
    changes: levels.flatMap((level) => all.filter((change) => change.level === level)),
    brokenOperations: [...new Set(all.flatMap(({ breaks }) => breaks))],
    invalidOperations: known.filter(({ isValid }) => !isValid).map(({ name }) => name),
  };
}

function findChanges(before: Compared, after: Compared): SchemaChange[] {
  const deprecated = deprecatedCoordinates(before.schema);
  const found = [
    ...findSchemaDifferences(before.schema, after.schema),
    ...findAccessDifferences(before.policy, after.policy).filter(({ coordinate }) => isPublic(coordinate, before)),
    ...findOverlookedDifferences(before.schema, after.schema),
  ];
  // What was announced breaks only those who have not heard: the operations that still use it.
  return found.map((change) =>
    removals.has(change.code) && deprecated.has(change.coordinate) ? { ...change, level: 'dangerous' } : change,
  );
}

function isPublic(coordinate: string, { schema }: Compared): boolean {
  const [typeName = '', fieldName] = coordinate.split('.');
  const type = schema.getType(typeName);
  if (!type || fieldName === undefined) return type !== undefined;
  return 'getFields' in type && fieldName in type.getFields();
}

function checked({ level, code, coordinate, message }: SchemaChange, breaks: readonly string[]): CheckedChange {
  return { level: breaks.length > 0 ? 'breaking' : level, code, coordinate, message, breaks };
}

/** An operation that is not valid any more, for a reason that no change tells. */
function ofOperation({ name, document }: KnownOperation, { schema }: Compared): CheckedChange[] {
  const [error] = validate(schema, document, undefined, { maxErrors: 1 });
  if (!error) return [];
  return [{ level: 'breaking', code: 'OPERATION_INVALID', coordinate: name, message: error.message, breaks: [name] }];
}
