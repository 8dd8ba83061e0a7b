import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createLogger } from '#shared/logging';
import { RegionWall } from '#shared/region';
import { createS3Subset } from '#shared/storage';
import { readObjectsProcess } from './config';
import { runProcess, type ServiceProcess } from './run-process';

const maxUploadBytes = 25_000_000;

/** The object store where there is no S3: its subset over a folder. */
runProcess(async (): Promise<ServiceProcess> => {
  const config = readObjectsProcess();
  const server = createServer(
    createS3Subset({
      directory: config.OBJECTS_DIR,
      credentials: { accessKeyId: config.S3_ACCESS_KEY_ID, secretAccessKey: config.S3_SECRET_ACCESS_KEY },
      region: config.S3_REGION,
      wall: new RegionWall(config.REGION, config.REGION_URLS),
      maxBytes: maxUploadBytes,
      log: createLogger(config.LOG_LEVEL),
    }),
  );
  server.listen(config.PORT, config.HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.HOST}:${String(port)}`,
    stop: async () => {
      server.close();
      server.closeIdleConnections();
      await once(server, 'close');
    },
  };
});
