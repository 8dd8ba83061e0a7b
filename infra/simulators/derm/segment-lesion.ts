import { at, colourAt, distance, type Colour, type Picture } from './picture';

export interface Segment {
  /** 1 where the lesion is. */
  readonly mask: Uint8Array;
  readonly areaPixels: number;
  /** The skin around it. */
  readonly skin: Colour;
}

/** Width of the frame taken for skin, as a share of the shorter side. */
const frameShare = 0.06;
/** A lesion that differs less from its skin (ΔE) cannot be told from texture. */
const minContrast = 9;
/** Smaller is a hair or a speck, larger leaves no skin to compare with. Shares of the picture. */
const areaBounds = { min: 0.004, max: 0.85 };

/** The one spot that stands out from the skin, by Otsu's threshold on the colour distance to it; null when none does. */
export function segmentLesion(picture: Picture): Segment | null {
  const skin = skinColour(picture);
  const distances = Float32Array.from(picture.lightness, (_, pixel) => distance(colourAt(picture, pixel), skin));
  const threshold = otsuThreshold(distances);
  const candidates = Uint8Array.from(distances, (value) => (value > threshold ? 1 : 0));
  const mask = fillHoles(largestSpot(candidates, picture.width), picture.width);
  const areaPixels = mask.reduce((sum, value) => sum + value, 0);
  const share = areaPixels / mask.length;
  if (share < areaBounds.min || share > areaBounds.max) return null;
  return contrast(distances, mask) < minContrast ? null : { mask, areaPixels, skin };
}

/** Medians over the frame of the picture: a hair or a ruler in a corner does not move them. */
function skinColour(picture: Picture): Colour {
  const { width, height } = picture;
  const frame = Math.max(1, Math.round(Math.min(width, height) * frameShare));
  const pixels: number[] = [];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    if (Math.min(x, y, width - 1 - x, height - 1 - y) < frame) pixels.push(pixel);
  }
  const median = (values: Float32Array): number =>
    at(Float32Array.from(pixels, (pixel) => at(values, pixel)).sort(), Math.floor(pixels.length / 2));
  return {
    lightness: median(picture.lightness),
    redGreen: median(picture.redGreen),
    yellowBlue: median(picture.yellowBlue),
  };
}

/** The cut that leaves the least variance within its two sides (Otsu 1979). */
function otsuThreshold(values: Float32Array): number {
  const bins = 128;
  const top = Math.max(
    1,
    values.reduce((highest, value) => Math.max(highest, value), 0),
  );
  const histogram = new Float64Array(bins);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value / top) * bins));
    histogram[bin] = at(histogram, bin) + 1;
  }
  const total = histogram.reduce((sum, count, bin) => sum + count * bin, 0);
  let best = { variance: -1, bin: 0 };
  let below = 0;
  let sumBelow = 0;
  for (let bin = 0; bin < bins - 1; bin++) {
    below += at(histogram, bin);
    sumBelow += at(histogram, bin) * bin;
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const variance = below * above * (sumBelow / below - (total - sumBelow) / above) ** 2;
    if (variance > best.variance) best = { variance, bin };
  }
  return ((best.bin + 1) / bins) * top;
}

/** Keeps the largest connected spot; the frame itself (a vignette, a ruler) counts as small. */
function largestSpot(candidates: Uint8Array, width: number): Uint8Array {
  const seen = new Uint8Array(candidates.length);
  let best: { weight: number; pixels: readonly number[] } = { weight: 0, pixels: [] };
  for (let start = 0; start < candidates.length; start++) {
    if (at(candidates, start) === 0 || at(seen, start) === 1) continue;
    const pixels = flood({ seen, width, start, isInside: (pixel) => at(candidates, pixel) === 1 });
    const onEdge = pixels.filter((pixel) => neighbours(pixel, width, candidates.length).length < 4).length;
    const weight = pixels.length / (1 + onEdge);
    if (weight > best.weight) best = { weight, pixels };
  }
  const mask = new Uint8Array(candidates.length);
  for (const pixel of best.pixels) mask[pixel] = 1;
  return mask;
}

/** Pale spots inside a lesion belong to it: what the outside cannot reach is lesion. */
function fillHoles(mask: Uint8Array, width: number): Uint8Array {
  const seen = new Uint8Array(mask.length);
  const isInside = (pixel: number): boolean => at(mask, pixel) === 0;
  for (let start = 0; start < mask.length; start++) {
    const isEdge = neighbours(start, width, mask.length).length < 4;
    if (isEdge && isInside(start) && at(seen, start) === 0) flood({ seen, width, start, isInside });
  }
  return seen.map((reached) => 1 - reached);
}

interface Flood {
  readonly seen: Uint8Array;
  readonly width: number;
  readonly start: number;
  readonly isInside: (pixel: number) => boolean;
}

function flood({ seen, width, start, isInside }: Flood): number[] {
  const reached = [start];
  seen[start] = 1;
  for (const pixel of reached) {
    for (const next of neighbours(pixel, width, seen.length)) {
      if (at(seen, next) === 1 || !isInside(next)) continue;
      seen[next] = 1;
      reached.push(next);
    }
  }
  return reached;
}

/** The pixels beside, above and below; fewer than four at the edge of the picture. */
export function neighbours(pixel: number, width: number, size: number): number[] {
  const x = pixel % width;
  const found: number[] = [];
  if (x > 0) found.push(pixel - 1);
  if (x < width - 1) found.push(pixel + 1);
  if (pixel >= width) found.push(pixel - width);
  if (pixel + width < size) found.push(pixel + width);
  return found;
}

function contrast(distances: Float32Array, mask: Uint8Array): number {
  let inside = 0;
  let outside = 0;
  let area = 0;
  for (const [pixel, isLesion] of mask.entries()) {
    area += isLesion;
    inside += isLesion * at(distances, pixel);
    outside += (1 - isLesion) * at(distances, pixel);
  }
  return inside / Math.max(1, area) - outside / Math.max(1, mask.length - area);
}
