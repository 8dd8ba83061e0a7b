export { readRefusalConfig, type RefusalConfig } from './refusal-config';
export { RefusalLog } from './refusal-log';
