import { readEnvironment } from '#shared/config';
import { DomainError } from '#shared/errors';
import fc from 'fast-check';
import { z } from 'zod';
import {
  belongingOf,
  cloudRegions,
  isRegion,
  keyPrefixOf,
  type Region,
  regionOfKey,
  regions,
  regionSettings,
  RegionWall,
} from '#shared/region';

const anyRegion = fc.constantFrom(...regions);
const anything = fc.oneof(anyRegion, fc.string(), fc.anything());

function refusalOf(act: () => void): DomainError | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

describe('the decision where something belongs', () => {
  test('is "here" for the own region alone, "elsewhere" for every other one, "nowhere" for what is none', () => {
    fc.assert(
      fc.property(anyRegion, anything, (own, asked) => {
        const belonging = belongingOf(own, asked);
        expect(belonging.kind === 'here').toBe(asked === own);
        expect(belonging.kind === 'nowhere').toBe(!isRegion(asked));
        if (belonging.kind === 'elsewhere') expect([belonging.region, asked !== own]).toEqual([asked, true]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('sends nobody in a circle: what one deployment sends elsewhere, that other one takes', () => {
    fc.assert(
      fc.property(anyRegion, anything, (own, asked) => {
        const belonging = belongingOf(own, asked);
        if (belonging.kind === 'elsewhere') expect(belongingOf(belonging.region, asked).kind).toBe('here');
      }),
    );
  });
});

describe('the wall', () => {
  const urls = { UK: 'https://uk.example', US: 'https://us.example' };

  test('lets the own region in, and refuses every other with its code, its region and its address', () => {
    fc.assert(
      fc.property(anyRegion, anyRegion, fc.boolean(), (own, asked, areKnown) => {
        const refusal = refusalOf(() => new RegionWall(own, areKnown ? urls : {}).assertHere(asked));
        const url = areKnown ? urls[asked] : null;
        const pointer = { code: 'WRONG_REGION', region: asked, url, servedRegion: own };
        expect(refusal?.extensions ?? null).toEqual(asked === own ? null : pointer);
      }),
    );
  });

  test('never admits by a claim: it refuses another region, and says nothing about what is none', () => {
    fc.assert(
      fc.property(anyRegion, anything, (own, claimed) => {
        const refusal = refusalOf(() => new RegionWall(own).assertNotElsewhere(claimed));
        expect(refusal === null).toBe(!isRegion(claimed) || claimed === own);
      }),
    );
  });
});

describe('keys of objects', () => {
  test('name their region and no other', () => {
    fc.assert(
      fc.property(anyRegion, fc.string(), (region, key) => {
        expect(regionOfKey(keyPrefixOf(region) + key)).toBe(region);
      }),
    );
    expect(['', 'UK/x', 'ukx/y', 'deployment-region', 'images/uk/x'].map(regionOfKey)).toEqual(Array(5).fill(null));
  });

  test('no place of a cloud belongs to two regions', () => {
    const places = Object.values(cloudRegions).flat();
    expect(new Set(places).size).toBe(places.length);
  });
});

describe('settings', () => {
  const read = (environment: NodeJS.ProcessEnv): unknown => readEnvironment(environment, z.object(regionSettings));

  test('name a region and the addresses of the others', () => {
    const settings = { REGION: 'UK', REGION_URLS: 'US=https://us.example/x?a=b, UK=https://uk.example' };
    const urls: Record<Region, string> = { US: 'https://us.example/x?a=b', UK: 'https://uk.example' };
    expect(read(settings)).toEqual({ REGION: 'UK', REGION_URLS: urls });
    expect(read({ REGION: 'US' })).toEqual({ REGION: 'US', REGION_URLS: {} });
  });

  test.each([{}, { REGION: '' }, { REGION: 'uk' }, { REGION: 'EU' }])(
    '%j has no region: there is no default',
    (given) => {
      expect(() => read(given)).toThrow(/^REGION: must be UK or US/);
    },
  );

  test.each([
    'US',
    'US=',
    'US=us.example',
    'FR=https://fr.example',
    'US=javascript:alert(1)',
    'US=https://a,US=https://b',
  ])('REGION_URLS=%s is refused by name', (REGION_URLS) => {
    expect(() => read({ REGION: 'UK', REGION_URLS })).toThrow(/^REGION_URLS: must be pairs/);
  });
});
