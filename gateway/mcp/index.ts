export { mcpEndpoint, type OperationCall } from './mcp-endpoint';
export { addMcpRoute } from './mcp-route';
