import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawLesion } from '../simulators/lesion-picture';

/** Drawn pictures to try a case with: `melanoma.jpg` and `naevus.jpg` in the data folder. No patient is behind them. */
export async function ensurePictures(dataDirectory: string): Promise<void> {
  for (const kind of ['melanoma', 'naevus'] as const) {
    const file = join(dataDirectory, `${kind}.jpg`);
    if (existsSync(file)) continue;
    await writeFile(file, await drawLesion({ kind, seed: 1, widthPixels: 1_200, format: 'jpeg' }));
  }
}
