import { createHash } from 'node:crypto';
import {
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph,
  errorCauses,
} from '@apollo/federation-internals';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  parse,
  print,
  visit,
} from 'graphql';
import { canonicaliseDirectives } from './canonical-directives';
import { SupergraphError } from './supergraph-error';

/** A supergraph in the forms the gateway needs: for policies, for planning, for validation. */
export interface LoadedSupergraph {
  /** SHA-256 of the SDL: whatever is prepared for one supergraph is never used with another. */
  readonly hash: string;
  /** The full SDL with the policy directives, under their own names. It is not shown to anybody. */
  readonly policy: DocumentNode;
  /** The SDL that plans are made of. */
  readonly planned: DocumentNode;
  readonly planning: Supergraph;
  /** What clients may ask for, as federation's own schema and as graphql-js'. */
  readonly api: Schema;
  readonly schema: GraphQLSchema;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  /** Names of fields that keys and `@requires` select: plans read them by these names. */
  readonly joinedFields: ReadonlySet<string>;
}

/** @throws {SupergraphError} saying why the SDL is not a supergraph that can be planned */
export function loadSupergraph(sdl: string): LoadedSupergraph {
  try {
    return load(sdl);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const causes = errorCauses(error) ?? [error];
    throw new SupergraphError(
      'The supergraph cannot be loaded:',
      causes.map(({ message }) => message),
    );
  }
}

export function hashOf(sdl: string): string {
  return createHash('sha256').update(sdl).digest('hex');
}

function load(sdl: string): LoadedSupergraph {
  const document = parse(sdl);
  const planned = putResolvableKeysFirst(document);
  const planning = Supergraph.build(print(planned), {
    // The planner does not care for the security features; the gateway enforces them before it plans.
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  });
  const api = planning.apiSchema();
  return {
    hash: hashOf(sdl),
    policy: canonicaliseDirectives(document),
    planned,
    planning,
    api,
    schema: api.toGraphQLJSSchema({ includeDefer: true }),
    subgraphs: planning.subgraphsMetadata(),
    joinedFields: collectJoinedFields(document),
  };
}

/** The planner takes a type's first key even when it is `resolvable: false`, and then answers nulls. */
function putResolvableKeysFirst(document: DocumentNode): DocumentNode {
  return visit(document, {
    ObjectTypeDefinition: (node) => {
      const directives = [...(node.directives ?? [])].sort(
        (one, other) => Number(isUnresolvable(one)) - Number(isUnresolvable(other)),
      );
      return { ...node, directives };
    },
  });
}

function isUnresolvable(directive: ConstDirectiveNode): boolean {
  return (
    directive.name.value === 'join__type' &&
    (directive.arguments ?? []).some(
      ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
    )
  );
}

function collectJoinedFields(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      if (name.value !== 'join__type' && name.value !== 'join__field') return;
      for (const { name: argument, value } of given ?? []) {
        const isFieldSet = argument.value === 'key' || argument.value === 'requires';
        if (isFieldSet && value.kind === Kind.STRING) addFieldNames(parseFieldSet(value.value), names);
      }
    },
  });
  return names;
}

function parseFieldSet(text: string): SelectionSetNode | null {
  const [definition] = parse(`{ ${text} }`).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : null;
}

function addFieldNames(fieldSet: SelectionSetNode | null, names: Set<string>): void {
  if (!fieldSet) return;
  visit(fieldSet, {
    Field: ({ name }) => {
      names.add(name.value);
    },
  });
}
