export { createLogger, silentLogger, unredacted, type Logger, type LogLevel, logLevels } from './logger';
