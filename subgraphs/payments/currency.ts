import { type Region } from '#shared/auth';

const currencies: Readonly<Record<Region, string>> = { UK: 'GBP', US: 'USD' };

/** ISO 4217 code of the money organisations of a region bill in. */
export function currencyOf(region: Region): string {
  return currencies[region];
}
