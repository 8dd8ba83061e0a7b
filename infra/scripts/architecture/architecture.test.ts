import { everyNameIsInItsReference } from './docs-rules';
import { repositoryOf } from './repository';
import { rules } from './rules';
import { harvestScopes } from './scope-harvest';
import { scopesAreThoseOfTheSchemas } from './scope-rules';

const guarded = '@requiresScopes(scopes: [["clinical:records:read"]])';

/** What the rules say about a repository of these files, by the rule's sentence. */
function audit(
  sources: Record<string, string>,
  sdl = 'type Query { a: String @authenticated }',
): Record<string, string[]> {
  const repository = repositoryOf(sources, { clinical: sdl });
  const broken = rules
    .map(({ says, check }) => [says, check(repository)] as const)
    .filter(([, lines]) => lines.length > 0);
  return Object.fromEntries(broken);
}

describe('root fields', () => {
  test('one without a guard is named', () => {
    expect(audit({}, 'type Query { open: String, closed: String @authenticated }')).toEqual({
      'Every root field is scoped, authenticated, or open by decision': ['clinical: Query.open'],
    });
  });

  test('signing in is open by decision', () => {
    expect(audit({}, 'type Mutation { login: String }')).toEqual({});
  });
});

describe('the scopes', () => {
  const asks = (...names: string[]): string =>
    `@requiresScopes(scopes: [${names.map((name) => `["${name}"]`).join()}])`;
  const schemas = (clinical: string, auth = 'type Query { me: ID }') => repositoryOf({}, { clinical, auth });

  test('one that a schema asks for and nobody knows is named, and so is one that no schema asks for', () => {
    const repository = schemas(`type Query { a: ID ${asks('x:a:read')} b: ID ${asks('x:b:read', 'x:c:read')} }`);
    expect(scopesAreThoseOfTheSchemas({ ...repository, scopes: ['x:a:read', 'x:c:read', 'x:d:read'] })).toEqual([
      'Query.b: x:b:read is not in shared/auth/scopes.ts',
      'shared/auth/scopes.ts: no field asks for x:d:read',
    ]);
    expect(scopesAreThoseOfTheSchemas({ ...repository, scopes: ['x:a:read', 'x:b:read', 'x:c:read'] })).toEqual([]);
  });

  test('open what names them, in every subgraph', () => {
    const { schemas: all } = schemas(
      `type A @key(fields: "id") ${asks('x:a:read')} { id: ID! }`,
      `type A @key(fields: "id") { id: ID! b: ID ${asks('x:a:read')} }`,
    );
    expect(harvestScopes(all).get('x:a:read')?.opens).toEqual(['A', 'A.b']);
  });

  test.each([
    { sdl: `type Query { a: ID @phi ${asks('x:a:read')} }`, phi: true },
    { sdl: `type A @phi ${asks('x:a:read')} { id: ID! }`, phi: true },
    {
      sdl: `type Query { page: Page ${asks('x:a:read')} } type Page { nodes: [A!]! } type A { b: ID @phi }`,
      phi: true,
    },
    {
      sdl: `type Query { a: A ${asks('x:a:read')} } type A @key(fields: "id") { b: B } type B { c: ID @phi }`,
      phi: false,
    },
    { sdl: `type Query { a: A ${asks('x:a:read')} } type A { a: A }`, phi: false },
  ])('are about PHI when what they open is, as far as the first record: $phi for $sdl', ({ sdl, phi }) => {
    expect(harvestScopes(schemas(sdl).schemas).get('x:a:read')?.phi).toBe(phi);
  });
});

describe('the paths to @phi fields', () => {
  const rule = 'Every @phi field is behind scopes, on whichever path it is reached';
  const open = (sdl: string): string[] => audit({}, sdl)[rule] ?? [];

  test('scopes on the field, on its type or on the only path to it cover a field', () => {
    expect(open(`type A { secret: String @phi ${guarded} }`)).toEqual([]);
    expect(open(`type A @phi ${guarded} { secret: String }`)).toEqual([]);
    expect(open(`type Query { a: A ${guarded} } type A @phi { secret: String }`)).toEqual([]);
  });

  test('a second path without scopes uncovers it, and so does being signed in only', () => {
    const found = ['clinical: A.secret can be reached without scopes'];
    expect(open(`type Query { a: A ${guarded} b: A @authenticated } type A @phi { secret: String }`)).toEqual(found);
  });

  test('a path through a union leads to its members', () => {
    const sdl = 'type Query { any: Any @authenticated } union Any = A type A @phi { secret: String }';
    expect(open(sdl)).toHaveLength(1);
  });

  test('no path covers an entity, which every subgraph can enter', () => {
    expect(
      open(`type Query { a: A ${guarded} } type A @key(fields: "id") { id: ID! secret: String @phi }`),
    ).toHaveLength(1);
  });

  test('a circle that nothing enters is not reached', () => {
    expect(open(`type Query { a: A ${guarded} } type A { b: B } type B @phi { a: A }`)).toEqual([]);
  });
});

describe('entities', () => {
  const entity = (decorator: string): Record<string, string> => ({
    'subgraphs/clinical/notes/note.entity.ts': `@Entity('notes') class Note { ${decorator} body!: string }`,
    'subgraphs/clinical/migrations/1764000100001-create-notes.ts':
      "migration('1764000100001-create-notes', (s) => s.createTenantTable('notes'))",
  });
  const sdl = (fields: string, onType = ''): string => `type Note ${onType} ${guarded} { ${fields} }`;
  const plain = 'Every @phi field is stored encrypted';

  test('a @phi field in a plain column is named, in an encrypted one it is not', () => {
    const note = 'subgraphs/clinical/notes/note.entity.ts: Note.body is @phi (on the field) and not @Encrypted';
    expect(audit(entity('@CodeColumn()'), sdl('body: String @phi'))).toEqual({ [plain]: [note] });
    expect(audit(entity("@Encrypted('CLINICAL')"), sdl('body: String @phi'))).toEqual({});
  });

  test('in a @phi type words must be encrypted, codes and times need not be', () => {
    expect(audit(entity('@TextColumn()'), sdl('body: String', '@phi'))).toHaveProperty([plain]);
    expect(audit(entity('@CodeColumn()'), sdl('body: String', '@phi'))).toEqual({});
  });

  test('a table without a migration is named', () => {
    const files = { 'subgraphs/clinical/notes/note.entity.ts': "@Entity('notes') class Note {}" };
    expect(Object.keys(audit(files))).toEqual(['Every table of an entity has a migration']);
  });
});

describe('migrations', () => {
  test('a name without a time, and one that differs from its file, are named', () => {
    const files = {
      'subgraphs/clinical/migrations/create-notes.ts': "migration('create-notes')",
      'subgraphs/clinical/migrations/1764000100001-create-notes.ts': "migration('1764000100002-create-notes')",
    };
    expect(audit(files)['Every migration is named by its time']).toHaveLength(2);
  });

  test('a list out of order is named', () => {
    const index = (list: string): Record<string, string> => ({
      'subgraphs/clinical/index.ts': `
        import { a } from './migrations/1764000100001-create-notes';
        import { b } from './migrations/1764000100002-add-author';
        export const clinical = { migrations: [${list}] };`,
    });
    expect(audit(index('a, b'))).toEqual({});
    expect(Object.keys(audit(index('b, a')))).toEqual(['Migrations run in the order of their times']);
  });
});

describe('sources', () => {
  test('the environment is read in config.ts and main.ts and nowhere else', () => {
    const files = {
      'gateway/config.ts': 'process.env',
      'infra/x/main.ts': 'process.env',
      'gateway/a.ts': "process.env['A']",
    };
    expect(audit(files)).toEqual({
      'Only config.ts and main.ts read the environment': ['gateway/a.ts:1 reads process.env'],
    });
  });

  test('SQL that names another database is found; prose and plain tables are not', () => {
    const files = {
      'subgraphs/clinical/a.ts':
        "query('SELECT id FROM consent.records'); say('from consent.records'); query('SELECT 1 FROM notes')",
    };
    expect(audit(files)).toEqual({
      'No SQL of a subgraph names another database': ['subgraphs/clinical/a.ts: FROM consent.records'],
    });
  });
});

test('a name that its reference page leaves out is found', () => {
  const page = {
    page: 'docs/events.md',
    text: '`case.created`',
    names: ['clinical.case.created', 'auth.client.revoked'],
  };
  expect(everyNameIsInItsReference({ ...repositoryOf({}), references: [page] })).toEqual([
    'docs/events.md does not name auth.client.revoked',
  ]);
});
