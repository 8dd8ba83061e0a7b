import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { type Region } from '#shared/auth';

const countryOfRegion: Readonly<Record<Region, CountryCode>> = { UK: 'GB', US: 'US' };

/**
 * A telephone number in E.164, as it is stored and compared; null for what is none.
 * @param region whose number it is when it is written without a country
 */
export function phoneOf(text: string, region: Region): string | null {
  const country = countryOfRegion[region];
  const parsed = parsePhoneNumberFromString(text.slice(0, 64), isSupportedCountry(country) ? country : 'GB');
  return parsed?.isValid() ? parsed.number : null;
}
