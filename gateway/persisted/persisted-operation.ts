import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
} from 'graphql';
import { documentIdOf } from './document-id';

/** One operation of the manifest: what clients name, and what a REST route or a tool can be made of. */
export interface PersistedOperation {
  /** The document's `sha256:` identifier; the operation answers to the manifest's own id too. */
  readonly id: string;
  readonly name: string;
  readonly kind: OperationTypeNode;
  readonly text: string;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** For people and models: the manifest's own words, or the comment the document begins with. */
  readonly description: string | null;
  /** Whether the manifest offers it to models as a tool (`"mcp": true`). */
  readonly isTool: boolean;
}

/** @throws {Error} whose message says why the text is not one named operation */
export function readOperation(
  text: string,
  { description, isTool }: Pick<PersistedOperation, 'description' | 'isTool'>,
): PersistedOperation {
  const document = parseText(text);
  const definitions = document.definitions.filter(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const [definition] = definitions;
  if (!definition || definitions.length > 1) throw new Error(`has ${definitions.length} operations instead of one`);
  if (!definition.name) throw new Error('has an operation without a name');
  return {
    id: documentIdOf(text),
    name: definition.name.value,
    kind: definition.operation,
    text,
    document,
    definition,
    description: description ?? leadingComment(text),
    isTool,
  };
}

function parseText(text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new Error(`is not a GraphQL document: ${error.message}`, { cause: error });
  }
}

function leadingComment(text: string): string | null {
  const [comment] = /^(?:\s*#[^\n]*\n)+/.exec(text) ?? [];
  const lines = (comment ?? '').split('\n').map((line) => line.replace(/^\s*#\s?/, '').trimEnd());
  return lines.join('\n').trim() || null;
}
