import { type Repository } from './repository';

export function everyNameIsInItsReference({ references }: Repository): string[] {
  return references.flatMap(({ page, text, names }) =>
    names.filter((name) => !isNamed(text, name)).map((name) => `${page} does not name ${name}`),
  );
}

/** Whole, or as the part after the domain in a table of that domain. */
function isNamed(text: string, name: string): boolean {
  return text.includes(name) || text.includes(`\`${name.slice(name.indexOf('.') + 1)}\``);
}
