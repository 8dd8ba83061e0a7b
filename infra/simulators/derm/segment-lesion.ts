import { at, colourAt, distance, type Colour, type Picture } from './picture';

export interface Segment {
  /** 1 where the lesion is. It never includes the outermost pixels of the picture. */
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
  const distances = picture.lightness.map((_, pixel) => distance(colourAt(picture, pixel), skin));
  const threshold = otsuThreshold(distances);
  const candidates = distances.map((value, pixel) =>
    value > threshold && edgeDistance(pixel, picture.width, distances.length) > 0 ? 1 : 0,
  );
  const mask = fillHoles(largestSpot(Uint8Array.from(candidates), picture.width), picture.width);
  const areaPixels = mask.reduce((sum, value) => sum + value, 0);
  const share = areaPixels / mask.length;
  if (share < areaBounds.min || share > areaBounds.max) return null;
  return contrast(distances, mask) < minContrast ? null : { mask, areaPixels, skin };
}

/** Medians over the frame of the picture: a hair or a ruler in a corner does not move them. */
function skinColour(picture: Picture): Colour {
  const { width, height } = picture;
  const frame = Math.max(1, Math.round(Math.min(width, height) * frameShare));
  const pixels = [...picture.lightness.keys()].filter((pixel) => edgeDistance(pixel, width, width * height) < frame);
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

/** Keeps the largest connected spot; what runs along the edge (a vignette, a ruler) counts as small. */
function largestSpot(candidates: Uint8Array, width: number): Uint8Array {
  const seen = new Uint8Array(candidates.length);
  const isInside = (pixel: number): boolean => at(candidates, pixel) === 1;
  let best: { weight: number; pixels: readonly number[] } = { weight: 0, pixels: [] };
  for (let start = 0; start < candidates.length; start++) {
    if (!isInside(start) || at(seen, start) === 1) continue;
    const pixels = flood({ seen, width, start, isInside });
    const alongEdge = pixels.filter((pixel) => edgeDistance(pixel, width, candidates.length) <= 1).length;
    const weight = pixels.length / (1 + alongEdge);
    if (weight > best.weight) best = { weight, pixels };
  }
  const mask = new Uint8Array(candidates.length);
  for (const pixel of best.pixels) mask[pixel] = 1;
  return mask;
}

/** Pale spots inside a lesion belong to it: what the outside cannot reach is lesion. */
function fillHoles(mask: Uint8Array, width: number): Uint8Array {
  const seen = new Uint8Array(mask.length);
  flood({ seen, width, start: 0, isInside: (pixel) => at(mask, pixel) === 0 });
  return seen.map((reached) => 1 - reached);
}

interface Flood {
  readonly seen: Uint8Array;
  readonly width: number;
  readonly start: number;
  readonly isInside: (pixel: number) => boolean;
}

/** The outermost pixels are all outside the lesion, so stepping over a row's end never leads into it. */
function flood({ seen, width, start, isInside }: Flood): number[] {
  const steps = [-1, 1, -width, width];
  const reached = [start];
  seen[start] = 1;
  for (const pixel of reached) {
    for (const step of steps) {
      const next = pixel + step;
      if (next < 0 || next >= seen.length || at(seen, next) === 1 || !isInside(next)) continue;
      seen[next] = 1;
      reached.push(next);
    }
  }
  return reached;
}

/** 0 for the outermost pixels. */
function edgeDistance(pixel: number, width: number, size: number): number {
  const x = pixel % width;
  const y = Math.floor(pixel / width);
  return Math.min(x, y, width - 1 - x, size / width - 1 - y);
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
