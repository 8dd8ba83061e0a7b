import sharp from 'sharp';
import { type ImageQuality } from './image.entity';

const measuredWidth = 512;
/** Variance of the Laplacian below which a picture looks blurred; 0 is a single colour. */
const sharpVariance = 30;
const fullSharpVariance = 300;
/** Mean brightness, of 255. */
const darkest = 40;
const brightest = 225;

/** A quick look at sharpness and exposure, on a small copy so that every picture costs the same. */
export async function measureQuality(picture: Buffer): Promise<ImageQuality> {
  const small = sharp(picture).greyscale().resize({ width: measuredWidth, withoutEnlargement: true });
  const { data, info } = await small.raw().toBuffer({ resolveWithObject: true });
  const { variance, mean } = laplacian({ data, width: info.width, height: info.height, step: info.channels });
  const isSharp = variance >= sharpVariance;
  const isExposed = mean >= darkest && mean <= brightest;
  const score = 0.7 * Math.min(1, variance / fullSharpVariance) + (isExposed ? 0.3 : 0);
  return {
    score: Math.round(score * 100) / 100,
    sharp: isSharp,
    exposed: isExposed,
    advice: [
      ...(isSharp ? [] : ['Hold the camera still and focus on the lesion']),
      ...(mean < darkest ? ['Take the picture in brighter light'] : []),
      ...(mean > brightest ? ['Avoid flash and direct light on the skin'] : []),
    ],
  };
}

interface Raster {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  /** Bytes from one pixel to the next; the first of them is its brightness. */
  readonly step: number;
}

/** Variance of the 4-neighbour Laplacian (Pech-Pacheco et al. 2000): edges make it large, blur makes it small. */
function laplacian({ data, width, height, step }: Raster): { variance: number; mean: number } {
  const at = (x: number, y: number): number => data[(y * width + x) * step] ?? 0;
  let [sum, squares, brightness] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const value = at(x, y);
      const edge = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * value;
      sum += edge;
      squares += edge * edge;
      brightness += value;
    }
  }
  const count = Math.max(1, (width - 2) * (height - 2));
  return { variance: squares / count - (sum / count) ** 2, mean: brightness / count };
}
