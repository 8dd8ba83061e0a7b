import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger } from '#shared/logging';
import { RegionMismatchError } from '#shared/region';
import { createObjectStore } from '#shared/storage';
import { type ServicesConfig } from './config';
import { Environments } from './environments';
import { type Ready } from './messages';
import { readPlatformSecrets, type PlatformSecrets } from './secrets';
import { lineOf, StartError } from './start-error';
import { SupervisedProcess, type ProcessPlan } from './supervised-process';

/** What the processes run; resolved here, so that their names are checked with everything else. */
const files = {
  gateway: require.resolve('./gateway'),
  objects: require.resolve('./objects'),
  simulators: require.resolve('./simulators'),
  subgraph: require.resolve('./subgraph'),
};

export interface PlatformOptions {
  readonly config: ServicesConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** The platform cannot go on; why, in one line. Whoever is told stops it. */
  readonly gaveUp: (line: string) => void;
}

/** Who is ready, and how long that took. */
export interface StartedProcess {
  readonly name: string;
  readonly startedInMs: number;
}

/** The processes of one platform on this machine, started and stopped in the order they need each other. */
export class ServicesPlatform {
  readonly environments: Environments;
  readonly subgraphs: readonly SupervisedProcess[];
  private readonly secrets: PlatformSecrets;
  private readonly gateway: SupervisedProcess;
  /** What the subgraphs need: object store, simulators. */
  private readonly ground: readonly SupervisedProcess[];
  private simulated: Readonly<Record<string, string>> = {};

  constructor(private readonly options: PlatformOptions) {
    const { config, environment } = options;
    this.secrets = readPlatformSecrets(config);
    const environments = new Environments(config, environment, this.secrets);
    this.environments = environments;
    this.gateway = this.supervise({ name: 'gateway', file: files.gateway, environment: () => environments.gateway() });
    this.ground = [
      ...(config.S3_ENDPOINT === undefined
        ? [this.supervise({ name: 'objects', file: files.objects, environment: () => environments.objects() })]
        : []),
      ...(config.SIMULATORS
        ? [this.supervise({ name: 'simulators', file: files.simulators, environment: () => environments.simulators() })]
        : []),
    ];
    this.subgraphs = config.subgraphs.map((planned) =>
      this.supervise({
        ...{ name: planned.name, file: files.subgraph, args: [planned.name] },
        environment: () => environments.subgraph(planned, this.simulated),
      }),
    );
  }

  /** @throws {StartError} what went wrong first; what has been started is still there to be stopped */
  async start(): Promise<readonly StartedProcess[]> {
    const ground = await Promise.all(this.ground.map((process) => this.bringUp(process)));
    await this.ensureBucket();
    const others = await Promise.all([...this.subgraphs, this.gateway].map((process) => this.bringUp(process)));
    // Only now: events are for whoever listens, and by now all do.
    for (const subgraph of this.subgraphs) subgraph.begin();
    return [...ground, ...others];
  }

  /** Gateway first, so that nothing new comes in; then the subgraphs; then what they stood on. */
  async stop(): Promise<void> {
    for (const process of [this.gateway, ...this.subgraphs, ...this.ground]) process.retire();
    for (const group of [[this.gateway], this.subgraphs, this.ground]) {
      await Promise.all(group.map((process) => process.stop()));
    }
    rmSync(this.pidFile, { force: true });
  }

  private async bringUp(process: SupervisedProcess): Promise<StartedProcess> {
    const ready = await process.start();
    this.adopt(process, ready);
    return { name: process.name, startedInMs: ready.startedInMs };
  }

  private supervise(plan: ProcessPlan): SupervisedProcess {
    const { log, gaveUp } = this.options;
    const process: SupervisedProcess = new SupervisedProcess(plan, {
      gaveUp,
      changed: () => this.writePids(),
      died: (name, reason) => log.error({ process: name, reason }, 'A process has died; it is started again'),
      revived: (ready) => {
        log.warn({ process: plan.name, startedInMs: ready.startedInMs }, 'A process that had died is back');
        this.adopt(process, ready);
      },
    });
    return process;
  }

  /** A simulator may be back at another address: those who ask it must learn that. */
  private adopt({ name }: SupervisedProcess, { settings }: Ready): void {
    if (name !== 'simulators') return;
    const isElsewhere = Object.entries(settings).some(([key, value]) => this.simulated[key] !== value);
    this.simulated = settings;
    if (!isElsewhere) return;
    for (const subgraph of this.subgraphs) if (['reviews', 'payments'].includes(subgraph.name)) subgraph.recycle();
  }

  private async ensureBucket(): Promise<void> {
    const { REGION: residency, S3_REGION: region, S3_BUCKET: bucket } = this.options.config;
    const endpoint = this.environments.objectsUrl;
    const place = { endpoint, region, residency, bucket, forcePathStyle: true };
    const store = createObjectStore({ ...place, ...this.secrets.objects });
    try {
      await store.ensureBucket();
    } catch (cause) {
      if (cause instanceof RegionMismatchError) throw new StartError(cause.message, { cause });
      throw new StartError(`S3_ENDPOINT: the bucket ${bucket} at ${endpoint} cannot be used: ${lineOf(cause)}`, {
        cause,
      });
    } finally {
      store.close();
    }
  }

  private get pidFile(): string {
    return join(this.options.config.DATA_DIR, 'processes.json');
  }

  /** For operators and crash tests: who is who, as of now. */
  private writePids(): void {
    const all = [this.gateway, ...this.subgraphs, ...this.ground].flatMap(({ name, pid }) =>
      pid ? [[name, pid]] : [],
    );
    const pids = { launcher: process.pid, ...(Object.fromEntries(all) as Record<string, number>) };
    writeFileSync(`${this.pidFile}.new`, `${JSON.stringify(pids, null, 2)}\n`);
    renameSync(`${this.pidFile}.new`, this.pidFile);
  }
}
