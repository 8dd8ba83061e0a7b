import { type DocumentNode } from 'graphql';
import { composeSupergraph, loadSupergraph } from '../supergraph';
import { albumSupergraph } from '../testing/album';
import { readConsentLaw } from './consent-law';
import { readConsentRules } from './consent-rules';

const header = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@inaccessible", "@interfaceObject", "@requires", "@external", "@shareable"])
  @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@consent", "@counts"])
  @composeDirective(name: "@consent") @composeDirective(name: "@counts")
directive @counts(type: String!, subjects: String!) on FIELD_DEFINITION
directive @consent(purpose: String!, subject: String! = "personId", dataCategory: String! = "CLINICAL") on FIELD_DEFINITION | OBJECT
`;

function rulesOf(...sdl: readonly string[]): ReturnType<typeof readConsentRules> {
  return readConsentRules(policyOf(sdl));
}

function policyOf(sdl: readonly string[]): DocumentNode {
  const subgraphs = sdl.map((typeDefs, index) => ({
    ...{ name: `graph${String(index)}`, url: 'http://127.0.0.1:1' },
    typeDefs: header + typeDefs,
  }));
  return loadSupergraph(composeSupergraph(subgraphs)).policy;
}

test('reads who is asked for what, with the defaults of the directive', () => {
  expect(readConsentRules(albumSupergraph().policy)).toEqual([
    {
      ...{ typeName: 'Picture', fieldName: 'url', purpose: 'SHOWING', dataCategory: 'IMAGE' },
      subjectPath: ['personId'],
    },
    {
      ...{ typeName: 'Picture', fieldName: 'face', purpose: 'RECOGNISING', dataCategory: 'CLINICAL' },
      subjectPath: ['owner', 'person', 'id'],
    },
  ]);
});

test('reads rules of whole types', () => {
  const rules = rulesOf(
    'type Note @key(fields: "id") @consent(purpose: "P") { id: ID! personId: ID! } type Query { notes: [Note!]! }',
  );
  expect(rules).toMatchObject([{ typeName: 'Note', fieldName: null, subjectPath: ['personId'] }]);
});

const guarded = '@consent(purpose: "P")';
test.each([
  [
    'a type that is no entity',
    `type Note { text: String ${guarded} personId: ID! }`,
    'Note.text: its type is no entity of GRAPH0',
  ],
  [
    'an entity that cannot be entered',
    `type Note @key(fields: "id", resolvable: false) { id: ID! text: String ${guarded} personId: ID! }`,
    'Note.text: its type is no entity of GRAPH0',
  ],
  [
    'a field that is not nullable',
    `type Note @key(fields: "id") { id: ID! text: String! ${guarded} personId: ID! }`,
    'Note.text: it is not nullable',
  ],
  ['a key', `type Note @key(fields: "id") { id: ID ${guarded} personId: ID! }`, 'Note.id: it is part of a key'],
  [
    'a subject that is not there',
    `type Note @key(fields: "id") { id: ID! text: String ${guarded} }`,
    'Note.text: its subject personId is not there at personId',
  ],
  [
    'a subject that is many',
    `type Note @key(fields: "id") { id: ID! text: String ${guarded} personId: [ID!]! }`,
    'Note.text: its subject personId is a list at personId',
  ],
  [
    'a subject that is no id',
    `type Note @key(fields: "id") { id: ID! text: String ${guarded} personId: String! }`,
    'Note.text: its subject personId is no ID',
  ],
  [
    'a subject that depends on an argument',
    `type Note @key(fields: "id") { id: ID! text: String ${guarded} personId(at: Int!): ID! }`,
    'Note.text: its subject personId needs an argument at personId',
  ],
  [
    'a subject that needs consent itself',
    `type Note @key(fields: "id") { id: ID! text: String ${guarded} personId: ID ${guarded} }`,
    'Note.text: its subject personId needs consent itself at personId',
  ],
  [
    'no purpose',
    'type Note @key(fields: "id") { id: ID! text: String @consent(purpose: "") personId: ID! }',
    'Note.text: it names no purpose',
  ],
  [
    'an interface',
    `interface Note { text: String ${guarded} personId: ID! } type Memo implements Note @key(fields: "id") { id: ID! text: String personId: ID! }`,
    'Note.text: it stands on an interface',
  ],
])('refuses %s', (_what, sdl, problem) => {
  expect(() => rulesOf(`${sdl} type Query { note: Note }`)).toThrow(problem);
});

test('refuses a root field, which is nobody’s', () => {
  expect(() => rulesOf(`type Query { personId: ID! text: String ${guarded} }`)).toThrow(
    'Query.text: it stands on a root type',
  );
});

test('is content with one subgraph where the field can be fetched by itself', () => {
  const shared = 'id: ID! personId: ID! @shareable text: String @shareable';
  const own = `type Note @key(fields: "id") { ${shared} ${guarded} } type Query { note: Note }`;
  const other = `type Note @key(fields: "id", resolvable: false) { ${shared} } type Query { latest: Note }`;
  expect(rulesOf(own, other)).toMatchObject([{ typeName: 'Note', fieldName: 'text' }]);
});

const note = `type Note @key(fields: "id") ${guarded} { id: ID! personId: ID! text: String! }`;

test('a rule of a type is one of each of its fields but the key, beside the field’s own', () => {
  const law = readConsentLaw(
    policyOf([
      `type Note @key(fields: "id") ${guarded} { id: ID! personId: ID! text: String @consent(purpose: "Q") } type Query { note: Note }`,
      'type Note @key(fields: "id") { id: ID! stars: Int! }',
    ]),
  );
  const purposes = law.fields.map(({ fieldName, rules }) => [fieldName, ...rules.map(({ purpose }) => purpose)]);
  expect(purposes.sort()).toEqual([
    ['personId', 'P'],
    ['stars', 'P'],
    ['text', 'P', 'Q'],
  ]);
});

test.each([
  [
    'a type that is no entity',
    [`type Note ${guarded} { personId: ID! } type Query { note: Note }`],
    'Note: its field personId cannot be protected: its type is no entity of GRAPH0',
  ],
  [
    'a type that an interface object adds to',
    [
      `interface Entry @key(fields: "id") { id: ID! } type Note implements Entry @key(fields: "id") ${guarded} { id: ID! personId: ID! } type Query { note: Note }`,
      'type Entry @key(fields: "id") @interfaceObject { id: ID! rank: Int }',
    ],
    'Note: its field rank cannot be protected: an interface object brings it',
  ],
  [
    'a subject that only another object with consent knows',
    [
      `${note} type Page @key(fields: "id") @consent(purpose: "P", subject: "note.personId") { id: ID! note: Note } type Query { page: Page }`,
    ],
    'Page: its subject note.personId needs consent itself at personId',
  ],
])('refuses %s', (_what, sdl, problem) => {
  expect(() => readConsentLaw(policyOf(sdl))).toThrow(problem);
});

const page = (fields: string): string =>
  `${note} type Row { subject: ID! count: Int! } type Notes { nodes: [Note!]! ${fields} } type Query { notes: Notes }`;
const tally = 'tally: [Row!]! @inaccessible';

test.each([
  ['a number beside a list of what needs consent', 'total: Int!', 'Notes.total: it may count them'],
  [
    'a count whose subjects are not there',
    'total: Int @counts(type: "Note", subjects: "tally")',
    'Notes.total: its subjects are no list',
  ],
  [
    'a count whose subjects clients can see',
    `total: Int @counts(type: "Note", subjects: "tally") tally: [Row!]!`,
    'Notes.total: its subjects are not @inaccessible',
  ],
  [
    'a count of what needs no consent',
    `total: Int @counts(type: "Row", subjects: "tally") ${tally}`,
    'Notes.total: what it counts needs no consent',
  ],
  [
    'a count that takes arguments',
    `total(of: ID): Int @counts(type: "Note", subjects: "tally") ${tally}`,
    'Notes.total: it takes arguments',
  ],
])('refuses %s', (_what, fields, problem) => {
  expect(() => readConsentLaw(policyOf([page(fields)]))).toThrow(problem);
});

test('takes a count that says of whom it is', () => {
  const { counts } = readConsentLaw(policyOf([page(`total: Int @counts(type: "Note", subjects: "tally") ${tally}`)]));
  expect(counts).toEqual([{ typeName: 'Notes', fieldName: 'total', of: 'Note', subjects: 'tally' }]);
});
