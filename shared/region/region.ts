/** Where an organisation's data is kept, for good. Each is a deployment of its own: nothing is shared between two. */
export const regions = ['UK', 'US'] as const;
export type Region = (typeof regions)[number];

export function isRegion(value: unknown): value is Region {
  return regions.some((region) => region === value);
}
