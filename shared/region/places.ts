import { isRegion, type Region } from './region';

/** Which of a cloud's regions lie in a region's jurisdiction: nothing of it is kept or unlocked anywhere else. */
export const cloudRegions: Readonly<Record<Region, readonly [string, ...string[]]>> = {
  UK: ['eu-west-2'],
  US: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
};

/** What every object's key of a region begins with. */
export function keyPrefixOf(region: Region): string {
  return `${region.toLowerCase()}/`;
}

/** The region that an object's key names; null when it names none. */
export function regionOfKey(key: string): Region | null {
  const [first = ''] = key.split('/');
  const region = first.toUpperCase();
  return first === region.toLowerCase() && isRegion(region) ? region : null;
}
