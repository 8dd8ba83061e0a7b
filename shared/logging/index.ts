export { createLogger, silentLogger, type Logger, type LogLevel, logLevels } from './logger';
