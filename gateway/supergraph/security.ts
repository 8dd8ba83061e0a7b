import { type DocumentNode, visit } from 'graphql';

const securityDirectives: ReadonlySet<string> = new Set(['authenticated', 'requiresScopes', 'policy', 'consent']);

/**
 * The directives of a policy document that only a gateway that knows its callers can enforce, in alphabetical order.
 * @param policy with the directives' own names, as a loaded supergraph has it
 */
export function findSecurityDirectives(policy: DocumentNode): string[] {
  const found = new Set<string>();
  visit(policy, {
    // Their definitions stand in a supergraph whether they are used or not.
    DirectiveDefinition: () => false,
    Directive: ({ name }) => {
      if (securityDirectives.has(name.value)) found.add(name.value);
    },
  });
  return [...found].sort();
}
