export { PipelinedClient } from './pipelined-client';
