import { scopes } from '#shared/auth';
import { errorCodes } from '#shared/errors';
import { eventTypes } from '#shared/events';
import { type Repository } from './repository';

/** What a reader looks up by its exact name, and the page that has to name it. */
const reference: Readonly<Record<string, readonly string[]>> = {
  'errors.md': Object.keys(errorCodes),
  'events.md': Object.keys(eventTypes),
  'scopes.md': scopes,
};

export function everyNameIsInItsReference({ pages }: Repository): string[] {
  return Object.entries(reference).flatMap(([page, names]) => {
    const text = pages.get(page) ?? '';
    return names.filter((name) => !isNamed(text, name)).map((name) => `docs/${page} does not name ${name}`);
  });
}

/** Whole, or as the part after the domain in a table of that domain. */
function isNamed(text: string, name: string): boolean {
  return text.includes(name) || text.includes(`\`${name.slice(name.indexOf('.') + 1)}\``);
}
