import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObjectType, parse } from 'graphql';
import { buildSchema } from 'graphql';
import { AccessRules } from '#shared/auth';
import { printSubgraphSdl, type Subgraph } from '#shared/subgraph';
import { describeGatewayOnly } from './gateway-only';
import { startTestSubgraph, type TestSubgraph } from './test-subgraph';

export interface ContractOptions {
  /** Root fields that anybody may call: signing in, public keys. */
  readonly public?: readonly string[];
}

/** What every subgraph must keep, tested the same way for each. */
export function describeContract<Ports>(
  subgraph: Subgraph<Ports>,
  { public: exempt = [] }: ContractOptions = {},
): void {
  describe(`the contract of the ${subgraph.name} subgraph`, () => {
    let sdl: string;
    let subject: TestSubgraph;
    beforeAll(async () => {
      sdl = await printSubgraphSdl(subgraph);
      subject = await startTestSubgraph(subgraph);
    });
    afterAll(() => subject.stop());

    test('commits the SDL it serves', () => {
      const committed = readFileSync(join(process.cwd(), 'subgraphs', subgraph.name, 'schema.graphql'), 'utf8');
      expect(committed).toBe(sdl);
    });

    test('guards every root field', () => {
      const rules = AccessRules.fromSdl(parse(sdl));
      const schema = buildSchema(sdl, { assumeValidSDL: true });
      const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
        isObjectType,
      );
      const open = roots.flatMap((root) =>
        Object.keys(root.getFields()).filter((field) => !rules.ofField(root.name, field) && !exempt.includes(field)),
      );
      expect(open).toEqual([]);
    });

    describeGatewayOnly({ running: () => subject.running, rules: () => AccessRules.fromSdl(parse(sdl)) });

    test.each(Object.keys(subgraph.references))('answers no %s representation without an actor', async (typeName) => {
      const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on ${typeName} { id } } }`;
      const { data, errors } = await subject.ask(null, query, {
        representations: [{ __typename: typeName, id: 'none' }],
      });
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    });
  });
}
