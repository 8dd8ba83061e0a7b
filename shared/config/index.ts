export { readEnvironment, ConfigError, setting } from './environment';
