import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateInternalKeys, serviceActor } from '#shared/auth';
import { newCorrelationId } from '#shared/context';
import { localKeyProvider } from '#shared/crypto';
import { inProcessTransport } from '#shared/events';
import { newId } from '#shared/ids';
import { silentLogger } from '#shared/logging';
import { createMail } from '#shared/mail';
import { RegionWall } from '#shared/region';
import { createObjectStore } from '#shared/storage';
import { type RunningSubgraph, startSubgraph } from '#shared/subgraph';
import { consent } from '../../../subgraphs/consent';
import { measure, type Sample } from '../statistics';

const patientCount = 1_000;
const rounds = { warmUp: 40, count: 300 };
const organisation = { organisationId: newId('org'), region: 'UK' } as const;
const actor = serviceActor('bench', organisation, [
  ...(['consent:records:read', 'consent:records:write', 'consent:decisions:read'] as const),
]);

/** What the gateway asks before it releases guarded fields; see consent.yaml. */
const question = `query ($ids: [ID!]!, $purpose: ConsentPurpose!) {
  consentDecisions(patientIds: $ids, purpose: $purpose, dataCategory: IMAGE, viewer: { userId: "usr_x", clientId: "cli_x" }) {
    permitted reason cacheForSeconds consentType { key name } } }`;

/** `npm run bench -- decisions`: one request for 1,000 decisions, of patients who have all answered. */
export async function benchDecisions(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sa-bench-decisions-'));
  const running = await openConsent(directory);
  try {
    const answered = await seed(running);
    const strangers = Array.from({ length: patientCount }, () => newId('pat'));
    const rows = [
      ['1,000 who have answered', await ask(running, answered)],
      ['1,000 who have not', await ask(running, strangers)],
      ['one', await ask(running, answered.slice(0, 1))],
    ] as const;
    process.stdout.write(table(rows));
  } finally {
    await running.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function openConsent(directory: string): Promise<RunningSubgraph> {
  const { signers } = generateInternalKeys(['service:consent']);
  const nowhere = 'http://127.0.0.1:1';
  return startSubgraph(consent, {
    environment: {},
    log: silentLogger,
    region: new RegionWall(organisation.region),
    connection: { kind: 'sqlite', directory: join(directory, 'databases') },
    keyProvider: localKeyProvider(join(directory, 'kek'), organisation.region),
    // Nothing begins, so nothing is sent, stored or asked.
    transport: inProcessTransport(),
    storage: createObjectStore({
      ...{ endpoint: nowhere, region: 'none', residency: organisation.region, bucket: 'none' },
      ...{ accessKeyId: 'none', secretAccessKey: 'none', forcePathStyle: true },
    }),
    mail: createMail({}),
    signerOf: (name) => {
      const signer = signers.get(`service:${name}`);
      if (!signer) throw new Error('Only consent is measured');
      return signer;
    },
    supergraphUrl: () => nowhere,
    publicUrlOf: () => nowhere,
  });
}

/** @returns the patients, each of whom has said yes to photographs */
async function seed(running: RunningSubgraph): Promise<string[]> {
  await running.seedDemo({ organisation: { ...organisation, name: 'Bench', slug: 'bench' }, people: [] });
  const { consentType } = await execute<{
    consentType: { currentVersion: { id: string; bodySha256: string } };
  }>(running, '{ consentType(key: "photography") { currentVersion { id bodySha256 } } }', {});
  const { id: textVersionId, bodySha256: textSha256 } = consentType.currentVersion;
  const patientIds = Array.from({ length: patientCount }, () => newId('pat'));
  const capture = `mutation ($input: CaptureConsentInput!) { captureConsent(input: $input) { userErrors { code message } } }`;
  for (const patientId of patientIds) {
    const said = { patientId, typeKey: 'photography', textVersionId, textSha256, decision: 'PERMIT' };
    const input = { ...said, idempotencyKey: newId('idk'), channel: 'IN_CLINIC_TABLET' };
    const { captureConsent } = await execute<{ captureConsent: { userErrors: object[] } }>(running, capture, { input });
    if (captureConsent.userErrors.length > 0) throw new Error(JSON.stringify(captureConsent.userErrors));
  }
  return patientIds;
}

interface Measured extends Sample {
  /** Of the process, per request: the figure to compare on a machine that others share. */
  readonly processorMs: number;
}

async function ask(running: RunningSubgraph, ids: readonly string[]): Promise<Measured> {
  const variables = { ids, purpose: 'PHOTOGRAPHY' };
  const once = (): Promise<unknown> => execute(running, question, variables);
  await measure({ count: rounds.warmUp, concurrency: 1 }, once);
  const before = process.cpuUsage();
  const sample = await measure({ count: rounds.count, concurrency: 1 }, once);
  const { user, system } = process.cpuUsage(before);
  return { ...sample, processorMs: (user + system) / 1_000 / rounds.count };
}

async function execute<T>(running: RunningSubgraph, query: string, variables: Record<string, unknown>): Promise<T> {
  const { data, errors } = await running.execute({ query, variables, actor, correlationId: newCorrelationId() });
  if (errors) throw new Error(JSON.stringify(errors));
  return data as T;
}

function table(rows: readonly (readonly [string, Measured])[]): string {
  const lines = rows.map(([name, { p50, p95, p99, processorMs }]) => {
    return `| ${[name, ...[p50, p95, p99, processorMs].map((ms) => ms.toFixed(2))].join(' | ')} |`;
  });
  const head = ['| decisions, one request, ms | p50 | p95 | p99 | processor |', '| --- | --- | --- | --- | --- |'];
  return [...head, ...lines, ''].join('\n');
}
