import { type CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { type FormattedExecutionResult } from 'graphql';

/**
 * The answer to a GraphQL request as the result of a tool. Partial data is a result with errors in it; errors without
 * any data are the tool's failure, so that the model reads the codes and mends its arguments.
 */
export function resultOf({ data, errors }: FormattedExecutionResult): CallToolResult {
  const structuredContent = { ...(data != null && { data }), ...(errors && { errors }) };
  const isError = errors !== undefined && (data == null || Object.values(data).every((value) => value === null));
  return {
    content: [{ type: 'text', text: JSON.stringify(structuredContent) }], // for hosts that know no structured content
    structuredContent,
    ...(isError && { isError }),
  };
}
