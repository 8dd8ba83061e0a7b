import { buildSchema, parse } from 'graphql';
import {
  type CheckedChange,
  type LoadedSupergraph,
  type SchemaCheck,
  checkSchema,
  composeSupergraph,
  loadSupergraph,
} from '..';

const header = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes", "@policy", "@composeDirective", "@shareable"])
    @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@consent"])
    @composeDirective(name: "@consent")
  directive @consent(purpose: String!) on FIELD_DEFINITION | OBJECT`;

const original = `
  type Query {
    patient(id: ID!, at: Status = NEW): Patient
    find(filter: Filter, first: Int): [Found!]!
    person(id: ID!): Person
    old: String @deprecated(reason: "use patient")
  }
  interface Person { id: ID! name: String! }
  type Patient implements Person { id: ID! name: String! note: String notes: [String!]! secret: String @requiresScopes(scopes: [["a", "b"], ["c"]]) }
  interface Named { name: String! }
  type Doctor implements Person & Named { id: ID! name: String! }
  union Found = Patient | Doctor
  enum Status { NEW DONE }
  input Filter { status: Status name: String = "x" }
`;

function load(sdl: string): LoadedSupergraph {
  return loadSupergraph(composeSupergraph([{ name: 'one', url: 'http://127.0.0.1/', typeDefs: `${header}\n${sdl}` }]));
}

const before = load(original);

/** @param edit what is replaced → by what */
function edited(edit: string): string {
  const [replaced = '', replacement = ''] = edit.split(' → ');
  if (!original.includes(replaced)) throw new Error(`The fixture has no ${replaced}`);
  return original.replace(replaced, replacement);
}

function check(edit: string, operation?: string): SchemaCheck {
  const operations = operation ? [{ id: 'op', name: 'Op', document: parse(operation) }] : [];
  return checkSchema(before, load(edited(edit)), operations);
}

const summaryOf = ({ level, code, coordinate }: CheckedChange): string => `${level} ${code} ${coordinate}`;

describe('a change that graphql-js knows', () => {
  test.each([
    ['note: String  → ', 'FIELD_REMOVED Patient.note', '{ patient(id: 1) { note } }'],
    ['note: String → note: Int', 'FIELD_CHANGED_KIND Patient.note', '{ person(id: 1) { ... on Patient { note } } }'],
    ['notes: [String!]! → notes: [String!]', 'FIELD_CHANGED_KIND Patient.notes', '{ patient(id: 1) { notes } }'],
    [', first: Int → ', 'ARG_REMOVED Query.find(first:)', '{ find(first: 1) { __typename } }'],
    [
      'first: Int → first: Int!',
      'ARG_CHANGED_KIND Query.find(first:)',
      'query($n: Int) { find(first: $n) { __typename } }',
    ],
    ['first: Int → first: Int, by: ID!', 'REQUIRED_ARG_ADDED Query.find(by:)', '{ find { __typename } }'],
    ['NEW DONE → NEW', 'VALUE_REMOVED_FROM_ENUM Status.DONE', 'query($f: Filter) { find(filter: $f) { __typename } }'],
    ['NEW DONE → NEW', 'VALUE_REMOVED_FROM_ENUM Status.DONE', '{ find(filter: { status: DONE }) { __typename } }'],
    [
      'input Filter { → input Filter { by: ID!',
      'REQUIRED_INPUT_FIELD_ADDED Filter.by',
      'query($f: Filter) { find(filter: $f) { __typename } }',
    ],
    [
      'status: Status name → name',
      'FIELD_REMOVED Filter.status',
      'query($f: Filter) { find(filter: $f) { __typename } }',
    ],
    ['= Patient | Doctor → = Patient', 'TYPE_REMOVED_FROM_UNION Found', '{ find { ... on Doctor { id } } }'],
    [
      'Doctor implements Person & Named → Doctor implements Named',
      'IMPLEMENTED_INTERFACE_REMOVED Doctor',
      '{ person(id: 1) { ... on Doctor { id } } }',
    ],
    [
      'union Found = Patient | Doctor → interface Found { id: ID! }',
      'TYPE_CHANGED_KIND Found',
      '{ find { __typename } }',
    ],
  ])('names the operation that it breaks: %s', (edit, found, operation) => {
    const { changes, brokenOperations } = check(edit, operation);
    expect(changes.filter(({ breaks }) => breaks.includes('Op')).map(summaryOf)).toContain(`breaking ${found}`);
    expect(brokenOperations).toEqual(['Op']);
  });

  test('breaks no operation that does not use it', () => {
    const { changes, brokenOperations } = check('note: String  → ', '{ patient(id: 1) { name } }');
    expect(changes).toEqual([expect.objectContaining({ level: 'breaking', code: 'FIELD_REMOVED', breaks: [] })]);
    expect(brokenOperations).toEqual([]);
  });

  test.each([
    ['NEW DONE → NEW DONE LATE', 'dangerous VALUE_ADDED_TO_ENUM Status.LATE'],
    ['at: Status = NEW → at: Status = DONE', 'dangerous ARG_DEFAULT_VALUE_CHANGE Query.patient(at:)'],
    ['at: Status = NEW → at: Status', 'dangerous ARG_DEFAULT_VALUE_CHANGE Query.patient(at:)'],
    ['first: Int → first: Int, last: Int', 'safe OPTIONAL_ARG_ADDED Query.find(last:)'],
    ['input Filter { → input Filter { by: ID', 'safe OPTIONAL_INPUT_FIELD_ADDED Filter.by'],
    ['= Patient | Doctor → = Patient | Doctor | Clinic', 'dangerous TYPE_ADDED_TO_UNION Found'],
    ['Patient implements Person → Patient implements Person & Node', 'dangerous IMPLEMENTED_INTERFACE_ADDED Patient'],
  ])('is weighed: %s is %s', (edit, summary) => {
    const after = `${edited(edit)} interface Node { id: ID! } type Clinic { id: ID! }`;
    expect(checkSchema(before, load(after)).changes.map(summaryOf)).toContain(summary);
  });

  test('may be one of directives that clients use', () => {
    const declare = 'directive @old(a: Int) repeatable on FIELD | QUERY';
    const shape = (sdl: string): LoadedSupergraph['schema'] => buildSchema(`${sdl} type Query { a: Int }`);
    const compare = (sdl: string): SchemaCheck => {
      const known = [{ id: 'op', name: 'Op', document: parse('{ a @old }') }];
      return checkSchema({ ...before, schema: shape(declare) }, { ...before, schema: shape(sdl) }, known);
    };
    for (const [sdl, code] of [
      ['', 'DIRECTIVE_REMOVED'],
      ['directive @old repeatable on FIELD | QUERY', 'DIRECTIVE_ARG_REMOVED'],
      ['directive @old(a: Int, b: Int!) repeatable on FIELD | QUERY', 'REQUIRED_DIRECTIVE_ARG_ADDED'],
      ['directive @old(a: Int) on FIELD | QUERY', 'DIRECTIVE_REPEATABLE_REMOVED'],
      ['directive @old(a: Int) repeatable on FIELD', 'DIRECTIVE_LOCATION_REMOVED'],
    ] as const) {
      const { changes } = compare(sdl);
      expect(changes).toEqual([
        expect.objectContaining({ level: 'breaking', code, coordinate: '@old', breaks: ['Op'] }),
      ]);
    }
  });
});

describe('a change of the law', () => {
  const secret = 'secret: String @requiresScopes(scopes: [["a", "b"], ["c"]])';
  const ask = '{ person(id: 1) { ... on Patient { secret } } }';

  test.each([
    ['another scope beside one', 'secret: String @requiresScopes(scopes: [["a", "b"], ["c", "d"]])'],
    ['one way less', 'secret: String @requiresScopes(scopes: [["a", "b"]])'],
    ['a policy beside scopes', `${secret} @policy(policies: [["p"]])`],
  ])('breaks who holds no more than was asked for: %s', (_what, replacement) => {
    const { changes, brokenOperations } = check(`${secret} → ${replacement}`, ask);
    expect(changes.map(summaryOf)).toEqual(['breaking ACCESS_TIGHTENED Patient.secret']);
    expect(brokenOperations).toEqual(['Op']);
  });

  test('is no change when the same is said in other words', () => {
    expect(check(`${secret} → secret: String @requiresScopes(scopes: [["c"], ["b", "a"]])`).changes).toEqual([]);
  });

  test('is dangerous when more callers are let in', () => {
    const { changes } = check(`${secret} → secret: String @authenticated`, ask);
    expect(changes).toEqual([expect.objectContaining({ level: 'dangerous', code: 'ACCESS_LOOSENED', breaks: [] })]);
  });

  test('of a whole type is said once, and breaks whoever meets the type', () => {
    const { changes } = check('Person & Named { → Person & Named @authenticated {', '{ person(id: 1) { name } }');
    expect(changes).toEqual([
      expect.objectContaining({
        code: 'ACCESS_TIGHTENED',
        coordinate: 'Doctor',
        breaks: ['Op'],
        message: 'Doctor asks for more: from nothing to a token.',
      }),
    ]);
  });

  test('names a consent that is asked for now, or no more', () => {
    const edit = 'note: String → note: String @consent(purpose: "CARE")';
    const { changes } = check(edit, '{ patient(id: 1) { note } }');
    expect(changes.map(summaryOf)).toEqual(['breaking CONSENT_ADDED Patient.note']);
    expect(changes[0]?.breaks).toEqual(['Op']);
    expect(checkSchema(load(edited(edit)), before).changes.map(summaryOf)).toEqual([
      'dangerous CONSENT_REMOVED Patient.note',
    ]);
  });
});

describe('what was deprecated', () => {
  const removed = 'old: String @deprecated(reason: "use patient")';

  test('may go with a warning', () => {
    expect(check(`${removed} → `).changes.map(summaryOf)).toEqual(['dangerous FIELD_REMOVED Query.old']);
  });

  test('breaks the operations that have not moved on', () => {
    const { changes, brokenOperations } = check(`${removed} → `, '{ old }');
    expect(changes.map(summaryOf)).toEqual(['breaking FIELD_REMOVED Query.old']);
    expect(brokenOperations).toEqual(['Op']);
  });

  test.each([
    ['note: String → note: String @deprecated(reason: "use notes")', 'safe DEPRECATED Patient.note'],
    [`${removed} → old: String`, 'safe UNDEPRECATED Query.old'],
    ['note: String → note: String!', 'safe FIELD_NEVER_NULL Patient.note'],
    ['note: String → note: String more: Int', 'safe FIELD_ADDED Patient.more'],
    ['enum Status → type New { id: ID! } enum Status', 'safe TYPE_ADDED New'],
    ['name: String = "x" → name: String = "y"', 'dangerous INPUT_FIELD_DEFAULT_VALUE_CHANGE Filter.name'],
  ])('is told beside what else graphql-js overlooks: %s is %s', (edit, summary) => {
    expect(check(edit).changes.map(summaryOf)).toEqual([summary]);
  });
});

test('finds the operation that a change breaks in a way no element of it shows', () => {
  // A Person could be Named as long as there was a Doctor who was both.
  const { changes } = check(
    'Doctor implements Person & Named → Doctor implements Person',
    '{ person(id: 1) { ... on Named { name } } }',
  );
  expect(changes.map(summaryOf)).toContain('breaking OPERATION_INVALID Op');
});

test('sees through fragments by name', () => {
  const operation = '{ person(id: 1) { ...D } } fragment D on Doctor { id }';
  const { changes } = check('Doctor implements Person & Named → Doctor implements Named', operation);
  expect(changes.filter(({ breaks }) => breaks.length > 0).map(summaryOf)).toEqual([
    'breaking IMPLEMENTED_INTERFACE_REMOVED Doctor',
  ]);
});

test('says nothing of operations that were not valid before', () => {
  const { brokenOperations, invalidOperations } = check('note: String  → ', '{ nothing }');
  expect([brokenOperations, invalidOperations]).toEqual([[], ['Op']]);
});
