import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const samplingMicroseconds = 250;

/** CPU profiles of this process, one for each stretch of work that somebody names. */
export class Profiler {
  private readonly session = new Session();
  private current: string | null = null;

  constructor(private readonly folder: string) {
    this.session.connect();
  }

  /** Ends the stretch before, and writes it. */
  async begin(name: string): Promise<void> {
    await this.end();
    await this.session.post('Profiler.enable');
    await this.session.post('Profiler.setSamplingInterval', { interval: samplingMicroseconds });
    await this.session.post('Profiler.start');
    this.current = name;
  }

  async end(): Promise<void> {
    if (this.current === null) return;
    const { profile } = await this.session.post('Profiler.stop');
    writeFileSync(join(this.folder, `${this.current}.cpuprofile`), JSON.stringify(profile));
    this.current = null;
  }
}
