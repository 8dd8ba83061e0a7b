import { type DocumentNode, getOperationAST, type GraphQLError, Kind } from 'graphql';
import { type RequestContext } from './request-context';
import { type SubgraphRequest } from './subgraph';

type Noting = Pick<RequestContext, 'refused'>;

/** The operation was refused before it ran: the actor lacks what its fields need. */
export function noteRefusedOperation(
  document: DocumentNode,
  { operationName = null }: Pick<SubgraphRequest, 'operationName'>,
  context: Noting,
): void {
  const operation = getOperationAST(document, operationName);
  const [first] = operation?.selectionSet.selections ?? [];
  const field = first?.kind === Kind.FIELD ? first.name.value : 'operation';
  context.refused(`${operation?.operation ?? 'query'}.${field}`, 'FORBIDDEN');
}

/** Fields of an answer that a policy refused, by their names in the schema: what a client calls them may be any text. */
export function noteRefusedFields(errors: readonly GraphQLError[], context: Noting): void {
  for (const { extensions, nodes } of errors) {
    if (extensions['code'] !== 'FORBIDDEN') continue;
    const [node] = nodes ?? [];
    context.refused(node?.kind === Kind.FIELD ? node.name.value : 'operation', 'FORBIDDEN');
  }
}
