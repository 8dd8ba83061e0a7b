import { at, colourAt, distance, labOf, type Colour, type Picture } from './picture';
import { type Segment } from './segment-lesion';

/** What the heuristic knows of a lesion. Every measure is scaled to 0 (none) … 1 (as much as the scale knows). */
export interface LesionFeatures {
  /** Share that misses its mirror image, mean over the two principal axes. */
  readonly asymmetry: number;
  /** perimeter² / 4π·area, less the 1 of a circle. */
  readonly border: number;
  /** How many of the six colours of the ABCD rule are present. */
  readonly colours: number;
  /** Standard deviation of the colour inside. */
  readonly colourVariance: number;
  /** Diameter: from the referral when it says, else as a share of the picture. */
  readonly size: number;
  /** Darker than the skin. */
  readonly darkness: number;
  /** Redder than the skin. */
  readonly redness: number;
}

/** Value of each measure that counts as 1. */
const fullScale = {
  asymmetry: 0.3,
  border: 1.5,
  colours: 4,
  colourVariance: 30,
  sizeShare: 0.6,
  sizeMm: 12,
  darkness: 60,
  redness: 30,
};

/** Stolz et al. 1994, ABCD rule of dermatoscopy: white, red, light brown, dark brown, blue-grey, black. */
const abcdColours = [
  labOf(240, 225, 215),
  labOf(190, 65, 60),
  labOf(165, 110, 70),
  labOf(90, 52, 34),
  labOf(95, 105, 130),
  labOf(28, 20, 20),
];
/** A colour is present when it covers this share of the lesion. */
const presentShare = 0.04;

export function measureLesion(picture: Picture, segment: Segment, longestDiameterMm?: number): LesionFeatures {
  const pixels = [...segment.mask.keys()].filter((pixel) => at(segment.mask, pixel) === 1);
  const mean = meanColour(picture, pixels);
  const diameterShare = (2 * Math.sqrt(pixels.length / Math.PI)) / Math.min(picture.width, picture.height);
  return {
    asymmetry: scaled(asymmetry(segment.mask, pixels, picture.width), fullScale.asymmetry),
    border: scaled(compactness(segment.mask, pixels, picture.width) - 1, fullScale.border),
    colours: scaled(colourCount(picture, pixels) - 1, fullScale.colours),
    colourVariance: scaled(colourDeviation(picture, pixels, mean), fullScale.colourVariance),
    size:
      longestDiameterMm === undefined
        ? scaled(diameterShare, fullScale.sizeShare)
        : scaled(longestDiameterMm, fullScale.sizeMm),
    darkness: scaled(segment.skin.lightness - mean.lightness, fullScale.darkness),
    redness: scaled(mean.redGreen - segment.skin.redGreen, fullScale.redness),
  };
}

function scaled(value: number, full: number): number {
  return Math.min(1, Math.max(0, value / full));
}

/** Mirrors the lesion on its long and its short axis through the centroid and counts what falls outside it. */
function asymmetry(mask: Uint8Array, pixels: readonly number[], width: number): number {
  const points = pixels.map((pixel) => ({ x: pixel % width, y: Math.floor(pixel / width) }));
  const centreX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const centreY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const mean = (value: (dx: number, dy: number) => number): number =>
    points.reduce((sum, { x, y }) => sum + value(x - centreX, y - centreY), 0) / points.length;
  const spread = mean((dx) => dx ** 2) - mean((_, dy) => dy ** 2);
  const longAxis = Math.atan2(2 * mean((dx, dy) => dx * dy), spread) / 2;
  const missed = (axis: number): number => {
    const cos = Math.cos(2 * axis);
    const sin = Math.sin(2 * axis);
    const outside = points.filter(({ x, y }) => {
      const mirroredX = Math.round(centreX + (x - centreX) * cos + (y - centreY) * sin);
      const mirroredY = Math.round(centreY + (x - centreX) * sin - (y - centreY) * cos);
      return mirroredX < 0 || mirroredX >= width || at(mask, mirroredY * width + mirroredX) === 0;
    });
    return outside.length / points.length;
  };
  return (missed(longAxis) + missed(longAxis + Math.PI / 2)) / 2;
}

/** 1 for a circle, more the more the outline wanders. */
function compactness(mask: Uint8Array, pixels: readonly number[], width: number): number {
  const outside = (pixel: number): number => 1 - at(mask, pixel);
  const sides = pixels.reduce(
    (sum, pixel) => sum + outside(pixel - 1) + outside(pixel + 1) + outside(pixel - width) + outside(pixel + width),
    0,
  );
  // Counting pixel sides measures a circle as its bounding square: 4/π too long (Crofton's formula on two axes).
  const perimeter = sides * (Math.PI / 4);
  return perimeter ** 2 / (4 * Math.PI * pixels.length);
}

function colourCount(picture: Picture, pixels: readonly number[]): number {
  const counts = new Array<number>(abcdColours.length).fill(0);
  for (const pixel of pixels) {
    const colour = colourAt(picture, pixel);
    const distances = abcdColours.map((reference) => distance(colour, reference));
    const nearest = distances.indexOf(Math.min(...distances));
    counts[nearest] = at(counts, nearest) + 1;
  }
  return counts.filter((count) => count / pixels.length >= presentShare).length;
}

function meanColour(picture: Picture, pixels: readonly number[]): Colour {
  const mean = (values: Float32Array): number =>
    pixels.reduce((sum, pixel) => sum + at(values, pixel), 0) / pixels.length;
  return {
    lightness: mean(picture.lightness),
    redGreen: mean(picture.redGreen),
    yellowBlue: mean(picture.yellowBlue),
  };
}

function colourDeviation(picture: Picture, pixels: readonly number[], mean: Colour): number {
  const squares = pixels.reduce((sum, pixel) => sum + distance(colourAt(picture, pixel), mean) ** 2, 0);
  return Math.sqrt(squares / pixels.length);
}
