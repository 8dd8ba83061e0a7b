export { isRegion, regions, type Region } from './region';
export { cloudRegions, keyPrefixOf, regionOfKey } from './places';
export { belongingOf, RegionWall, type Belonging, type RegionUrls } from './region-wall';
export { optionalRegionSettings, regionSettings } from './region-settings';
export { RegionMismatchError } from './region-mismatch';
