import sharp from 'sharp';

/** A picture in CIE L*a*b* (D65), row by row: equal distances look equally different, which RGB does not give. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly lightness: Float32Array;
  readonly redGreen: Float32Array;
  readonly yellowBlue: Float32Array;
}

export interface Colour {
  readonly lightness: number;
  readonly redGreen: number;
  readonly yellowBlue: number;
}

/** Longest side the picture is looked at; more tells these measures nothing and costs time. */
const workingPixels = 256;
/** Above it decoding is refused: a small file can announce a picture that fills the memory. */
const maxPixels = 100_000_000;

/** @throws when the bytes are not a whole picture of a known format. */
export async function readPicture(bytes: Buffer): Promise<Picture> {
  const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
    .resize(workingPixels, workingPixels, { fit: 'inside' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .blur(0.8) // compression noise would fray the outline
    .raw()
    .toBuffer({ resolveWithObject: true });
  return toLab(data, info);
}

function toLab(rgb: Buffer, { width, height, channels }: sharp.OutputInfo): Picture {
  const size = width * height;
  const lightness = new Float32Array(size);
  const redGreen = new Float32Array(size);
  const yellowBlue = new Float32Array(size);
  for (let pixel = 0; pixel < size; pixel++) {
    const offset = pixel * channels;
    const colour = labOf(at(rgb, offset), at(rgb, offset + 1), at(rgb, offset + 2));
    lightness[pixel] = colour.lightness;
    redGreen[pixel] = colour.redGreen;
    yellowBlue[pixel] = colour.yellowBlue;
  }
  return { width, height, lightness, redGreen, yellowBlue };
}

export function colourAt(picture: Picture, pixel: number): Colour {
  return {
    lightness: at(picture.lightness, pixel),
    redGreen: at(picture.redGreen, pixel),
    yellowBlue: at(picture.yellowBlue, pixel),
  };
}

/** ΔE*ab of CIE 1976; about 2 is the smallest difference an eye sees. */
export function distance(one: Colour, other: Colour): number {
  return Math.hypot(one.lightness - other.lightness, one.redGreen - other.redGreen, one.yellowBlue - other.yellowBlue);
}

/** An element that is known to be inside the array; 0 stands in for what the type system cannot see. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}

/** IEC 61966-2-1: the transfer curve of sRGB, for each of the 256 byte values. */
const linear = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** From sRGB bytes. */
export function labOf(red: number, green: number, blue: number): Colour {
  const r = at(linear, red);
  const g = at(linear, green);
  const b = at(linear, blue);
  const x = labCurve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = labCurve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = labCurve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return { lightness: 116 * y - 16, redGreen: 500 * (x - y), yellowBlue: 200 * (y - z) };
}

function labCurve(value: number): number {
  return value > 216 / 24_389 ? Math.cbrt(value) : ((24_389 / 27) * value + 16) / 116;
}
