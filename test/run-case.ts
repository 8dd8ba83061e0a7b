import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawLesion } from '../infra/simulators/lesion-picture';
import { run } from './child';
import { inherited } from './config';
import { type TestPlatform } from './platform';

export interface CaseRun {
  readonly exitCode: number | null;
  readonly output: string;
}

/** `npm run case -- <picture> --demo <file> …` against this platform. */
export async function runCase(platform: TestPlatform, picture: string, ...args: readonly string[]): Promise<CaseRun> {
  const child = run('infra/case/main.js', [picture, '--demo', platform.demoFile, ...args], inherited);
  const exitCode = await child.exitCode;
  return { exitCode, output: child.output() };
}

/** Draws a picture into the platform's folder. */
export async function drawPicture(directory: string, name = 'mole.jpg', seed = 1): Promise<string> {
  const file = join(directory, name);
  writeFileSync(file, await drawLesion({ kind: 'melanoma', seed, widthPixels: 640, format: 'jpeg' }));
  return file;
}

/** What the run printed after one of its headings, e.g. the id after `patient registered`. */
export function told({ output }: CaseRun, heading: string): string | undefined {
  return new RegExp(`^\\s*[\\d.]+ s {2}${heading}\\s+(.*)$`, 'm').exec(output)?.[1]?.trim();
}
