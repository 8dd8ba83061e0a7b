import { parse } from 'graphql';
import { composeSupergraph } from '../supergraph';
import { albumSupergraph } from '../testing/album';
import { fieldRules, readConsentRules } from './consent-rules';

const header = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@shareable"])
  @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@consent"])
  @composeDirective(name: "@consent")
directive @consent(purpose: String!, subject: String! = "personId", dataCategory: String! = "CLINICAL") on FIELD_DEFINITION | OBJECT
`;

function rulesOf(...sdl: readonly string[]): ReturnType<typeof readConsentRules> {
  const subgraphs = sdl.map((typeDefs, index) => ({
    ...{ name: `graph${String(index)}`, url: 'http://127.0.0.1:1' },
    typeDefs: header + typeDefs,
  }));
  return readConsentRules(parse(composeSupergraph(subgraphs)));
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

test('reads rules of whole types, and an executor of fields refuses them', () => {
  const rules = rulesOf(
    'type Note @key(fields: "id") @consent(purpose: "P") { id: ID! personId: ID! } type Query { notes: [Note!]! }',
  );
  expect(rules).toMatchObject([{ typeName: 'Note', fieldName: null, subjectPath: ['personId'] }]);
  expect(() => fieldRules(rules)).toThrow('Note: put it on the fields that need consent');
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
