import { readFileSync, existsSync, readdirSync } from 'node:fs';
import { parse, validate, buildASTSchema, extendSchema } from 'graphql';
import { composeServices } from '@apollo/composition';
test('compose', () => {
  const names = readdirSync('subgraphs').filter((n) => existsSync(`subgraphs/${n}/schema.graphql`));
  const r = composeServices(
    names.map((name) => ({
      name,
      url: 'http://x/' + name,
      typeDefs: parse(readFileSync(`subgraphs/${name}/schema.graphql`, 'utf8')),
    })),
  );
  console.log(names, r.errors?.map((e) => e.message).join('\n'));
  if (r.schema) {
    const api = r.schema.toAPISchema().toGraphQLJSSchema();
    const src = readFileSync('subgraphs/notifications/recipients/contact.reader.ts', 'utf8');
    for (const [, doc] of src.matchAll(/document: `([^`]*)`/g))
      console.log(validate(api, parse(doc!)).map((e) => e.message));
    console.log(validate(api, parse('{ me { inbox { nodes { title } } unreadCount } }')).map(String));
  }
});
