import sharp from 'sharp';

export interface LesionPictureOptions {
  readonly kind: 'melanoma' | 'naevus' | 'keratosis';
  /** Whole number; the same options always give the same bytes. */
  readonly seed: number;
  /** Height is three quarters of it. */
  readonly widthPixels: number;
  readonly format: 'jpeg' | 'png';
}

type Random = () => number;

/** The canvas the shapes are described on; the SVG scales to the size asked for. */
const canvas = { width: 800, height: 600 };
const skinTones = ['#e8beac', '#dfae94', '#d9a68a', '#e3b79f'];

/** A drawn skin lesion for demonstrations and tests. No patient's picture is behind it. */
export async function drawLesion({ kind, seed, widthPixels, format }: LesionPictureOptions): Promise<Buffer> {
  const random = randomFrom(seed);
  const height = Math.round((widthPixels * canvas.height) / canvas.width);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${String(widthPixels)}" height="${String(height)}"
    viewBox="0 0 ${String(canvas.width)} ${String(canvas.height)}" preserveAspectRatio="none">
    ${skin(random, seed)}${painters[kind](random)}</svg>`;
  const picture = sharp(Buffer.from(svg)).flatten();
  return format === 'png' ? picture.png().toBuffer() : picture.jpeg({ quality: 90 }).toBuffer();
}

/** mulberry32: small, fast, and the same on every machine. */
function randomFrom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** Skin: a tone, blotches and pores (turbulence), and a few fine creases. */
function skin(random: Random, seed: number): string {
  const tone = skinTones[Math.floor(random() * skinTones.length)] ?? '#e3b79f';
  const creases = Array.from({ length: 9 }, () => {
    const y = between(random, 0, canvas.height);
    const bend = between(random, -60, 60);
    return `<path d="M0 ${px(y)} Q400 ${px(y + bend)} 800 ${px(y + between(random, -40, 40))}"/>`;
  });
  const noise = (id: string, frequency: number): string =>
    `<filter id="${id}" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise"
      baseFrequency="${String(frequency)}" numOctaves="2" seed="${String(Math.abs(seed) % 10_000)}"/>
      <feColorMatrix values="0 0 0 0 0.45  0 0 0 0 0.22  0 0 0 0 0.15  0.9 0 0 0 -0.3"/></filter>
      <rect width="800" height="600" filter="url(#${id})" opacity="0.22"/>`;
  return `<rect width="800" height="600" fill="${tone}"/>${noise('pores', 0.12)}${noise('blotches', 0.012)}
    <g fill="none" stroke="#a8755c" stroke-width="1.2" opacity="0.25">${creases.join('')}</g>`;
}

interface Outline {
  readonly radius: number;
  /** Height over width. */
  readonly aspect: number;
  /** Amplitude of the waves of the outline by their number around it, from 2, as shares of the radius. */
  readonly waves: readonly number[];
}

/** A closed curve around the middle of the canvas. */
function outlinePath(random: Random, { radius, aspect, waves }: Outline): string {
  const turn = between(random, 0, Math.PI);
  const phases = waves.map(() => between(random, 0, 2 * Math.PI));
  const points = Array.from({ length: 180 }, (_, step) => {
    const angle = (step / 180) * 2 * Math.PI;
    const wave = waves.reduce((sum, share, i) => sum + share * Math.cos((i + 2) * angle + (phases[i] ?? 0)), 1);
    const along = radius * wave * Math.cos(angle);
    const across = radius * wave * aspect * Math.sin(angle);
    const x = 400 + along * Math.cos(turn) - across * Math.sin(turn);
    return `${px(x)} ${px(300 + along * Math.sin(turn) + across * Math.cos(turn))}`;
  });
  return `M${points.join('L')}Z`;
}

function px(value: number): string {
  return value.toFixed(1);
}

interface Spots {
  readonly count: number;
  readonly colour: string;
  readonly radius: readonly [low: number, high: number];
  /** Distance from the middle they may have. */
  readonly reach: number;
}

function spots(random: Random, { count, colour, radius, reach }: Spots): string {
  const circles = Array.from({ length: count }, () => {
    const angle = between(random, 0, 2 * Math.PI);
    const distance = reach * Math.sqrt(random());
    const centre = `cx="${px(400 + distance * Math.cos(angle))}" cy="${px(300 + distance * Math.sin(angle))}"`;
    return `<circle ${centre} r="${px(between(random, ...radius))}"/>`;
  });
  return `<g fill="${colour}">${circles.join('')}</g>`;
}

const painters: Readonly<Record<LesionPictureOptions['kind'], (random: Random) => string>> = {
  melanoma: paintMelanoma,
  naevus: paintNaevus,
  keratosis: paintKeratosis,
};

/** Large, lopsided, ragged, and of many colours: black, blue-grey, red and white regression on dark brown. */
function paintMelanoma(random: Random): string {
  const radius = between(random, 165, 195);
  const path = outlinePath(random, {
    radius,
    aspect: between(random, 0.72, 0.85),
    waves: [0.1, 0.14, 0.08, 0.11, 0.07, 0.06, 0.05, 0.05],
  });
  const first = between(random, 0, 2 * Math.PI);
  const patches = ['#1b1413', '#66708c', '#b8443e', '#ecd9cf', '#1d1615'].map((colour, index) => {
    const angle = first + index * 1.25 + between(random, -0.2, 0.2);
    const x = 400 + Math.cos(angle) * radius * 0.5;
    const y = 300 + Math.sin(angle) * radius * 0.45;
    const r = radius * between(random, 0.28, 0.38);
    return `<ellipse cx="${px(x)}" cy="${px(y)}" rx="${px(r)}" ry="${px(r * 0.8)}" fill="${colour}"/>`;
  });
  return `<defs><clipPath id="lesion"><path d="${path}"/></clipPath>
    <filter id="soft"><feGaussianBlur stdDeviation="7"/></filter></defs>
    <path d="${path}" fill="#5e3826"/><g clip-path="url(#lesion)"><g filter="url(#soft)">${patches.join('')}</g>
    ${spots(random, { count: 24, colour: '#1a1110', radius: [3, 8], reach: radius * 0.9 })}</g>`;
}

/** Small, round, smooth and of one brown that fades towards the rim. */
function paintNaevus(random: Random): string {
  const radius = between(random, 85, 115);
  const path = outlinePath(random, { radius, aspect: between(random, 0.86, 0.98), waves: [0.015, 0.012, 0.008] });
  return `<defs><radialGradient id="brown"><stop offset="0" stop-color="#8a5a3c"/>
    <stop offset="0.8" stop-color="#96653f"/><stop offset="1" stop-color="#a5744f"/></radialGradient></defs>
    <path d="${path}" fill="url(#brown)"/>
    ${spots(random, { count: 14, colour: '#82543a', radius: [2, 4], reach: radius * 0.7 })}`;
}

/** Stuck on: a sharp, slightly wavy rim, waxy tan, full of pale cysts and dark plugs. */
function paintKeratosis(random: Random): string {
  const radius = between(random, 135, 160);
  const path = outlinePath(random, {
    radius,
    aspect: between(random, 0.8, 0.92),
    waves: [0.03, 0.025, 0.02, 0.012, 0.01],
  });
  return `<path d="${path}" fill="#9c7348" stroke="#7d5935" stroke-width="5"/>
    ${spots(random, { count: 34, colour: '#eadcc6', radius: [4, 8], reach: radius * 0.72 })}
    ${spots(random, { count: 30, colour: '#50341f', radius: [3, 7], reach: radius * 0.72 })}`;
}
