import { z } from 'zod';
import { isRegion, type Region, regions } from './region';
import { type RegionUrls } from './region-wall';

const list = regions.join(' or ');

/** `US=https://us.example,UK=https://uk.example` */
const regionUrls = z
  .string()
  .default('')
  .transform((text, context): RegionUrls => {
    const urls: Partial<Record<Region, string>> = {};
    for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
      const [name = '', ...rest] = pair.trim().split('=');
      const url = rest.join('=');
      if (isRegion(name) && isWebAddress(url) && urls[name] === undefined) urls[name] = url;
      else context.addIssue({ code: 'custom', message: `must be pairs like ${regions[0]}=https://…, one per region` });
    }
    return urls;
  });

/** There is no default: a deployment that does not say whose data it keeps does not start. */
export const regionSettings = {
  REGION: z.enum(regions, `must be ${list}: the region this deployment serves. There is no default`),
  REGION_URLS: regionUrls,
};

/** The same where a deployment may leave its region open, because another setting decides whether it needs one. */
export const optionalRegionSettings = {
  REGION: z.enum(regions, `must be ${list}`).optional(),
  REGION_URLS: regionUrls,
};

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
