import { join } from 'node:path';
import { localKeyProvider } from '#shared/crypto';
import { generateInternalKeys } from '#shared/auth';
import { inProcessTransport } from '#shared/events';
import { silentLogger } from '#shared/logging';
import { createMail } from '#shared/mail';
import { RegionWall } from '#shared/region';
import { createObjectStore } from '#shared/storage';
import { startSubgraph } from '#shared/subgraph';
import { clinical, createPatientsInBulk } from '../../subgraphs/clinical';
import { type DemoOrganisation } from '../demo/demo';
import { samplePatient } from './sample-patient';
import { type Workplace } from './workplace';

/** Patients of one transaction. */
const chunkSize = 500;

/**
 * Fills the clinical database while the platform rests, by the service that imports use: each patient has keys, blind
 * indexes, history, audit and an event, just as one that came through the API.
 * @returns the patients' ids
 */
export async function seedPatients(
  workplace: Workplace,
  organisation: DemoOrganisation,
  count: number,
): Promise<string[]> {
  const { signers } = generateInternalKeys(['service:clinical']);
  const running = await startSubgraph(clinical, {
    environment: workplace.environment,
    log: silentLogger,
    region: new RegionWall(organisation.region),
    connection: workplace.connection(),
    keyProvider: localKeyProvider(join(workplace.directory, 'keys', 'kek'), organisation.region),
    // Nothing begins, so nothing is sent, stored or asked.
    transport: inProcessTransport(),
    storage: createObjectStore({
      ...{ endpoint: workplace.readyUrl, region: 'none', residency: organisation.region, bucket: 'none' },
      forcePathStyle: true,
      ...{ accessKeyId: 'none', secretAccessKey: 'none' },
    }),
    mail: createMail({}),
    signerOf: (name) => {
      const signer = signers.get(`service:${name}`);
      if (!signer) throw new Error('Only clinical is seeded');
      return signer;
    },
    supergraphUrl: () => workplace.readyUrl,
    publicUrlOf: () => workplace.readyUrl,
  });
  try {
    const ids: string[] = [];
    while (ids.length < count) {
      const size = Math.min(chunkSize, count - ids.length);
      const unit = running.system.unitFor({ organisationId: organisation.id, region: organisation.region }, new Date());
      const inputs = Array.from({ length: size }, (_, index) => samplePatient(ids.length + index));
      for (const { id } of await createPatientsInBulk(unit, inputs)) ids.push(id);
    }
    return ids;
  } finally {
    await running.stop();
  }
}
