export { createGateway, type Gateway } from './create-gateway';
export { defaultGatewayConfig, type GatewayConfig, type GatewayOptions } from './gateway-options';
