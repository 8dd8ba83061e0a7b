import { type ConsentTextVersion } from './text.entity';

/** The text to show now: the latest published in the locale, else in British English. */
export function currentText(versions: readonly ConsentTextVersion[], locale: string): ConsentTextVersion | null {
  const published = versions.filter((version) => version.status === 'PUBLISHED');
  const inLocale = published.filter((version) => version.locale === locale);
  const choice = inLocale.length > 0 ? inLocale : published.filter((version) => version.locale === 'en-GB');
  return choice.reduce<ConsentTextVersion | null>(
    (best, one) => (best && best.number >= one.number ? best : one),
    null,
  );
}

/** Texts that a later one of the same locale has replaced which asks everybody to agree anew. */
export function lapsedTextIds(versions: readonly ConsentTextVersion[]): ReadonlySet<string> {
  const renewing = versions.filter(({ requiresReconsent, publishedAt }) => requiresReconsent && publishedAt !== null);
  const lapsed = versions.filter((text) =>
    renewing.some(
      ({ typeId, locale, number }) => typeId === text.typeId && locale === text.locale && number > text.number,
    ),
  );
  return new Set(lapsed.map(({ id }) => id));
}
