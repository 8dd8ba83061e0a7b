import { type GatewayConfig } from '../../../../gateway';

/** Documents of any size; the sizes of requests are the web server's, which has them anyway. */
export function unlimited(usual: GatewayConfig['limits']): GatewayConfig['limits'] {
  const of = { tokens: Infinity, depth: Infinity, aliases: Infinity, rootFields: Infinity, directives: Infinity };
  return { ...usual, ...of, pageSize: Infinity, variableDepth: Infinity, cost: Infinity };
}
