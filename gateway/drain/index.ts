export { ConnectionDrain, defaultDrainSettings, type DrainSettings } from './connection-drain';
