import 'reflect-metadata';
import { followRedis, startGateway } from '../../gateway';
import { runProcess } from './run-process';

/** The gateway as a process of its own: it hears the events in Redis and asks the subgraphs over HTTP. */
runProcess(async () => {
  const gateway = await startGateway(followRedis);
  return { url: gateway.url, stop: () => gateway.close() };
});
