import {
  type BreakingChangeType,
  DangerousChangeType,
  type GraphQLSchema,
  findBreakingChanges,
  findDangerousChanges,
} from 'graphql';
import { type SchemaChange } from './schema-change';

/** Where in the text of a change its element is named, and what of an operation is touched by it. */
interface Reading {
  readonly pattern: RegExp;
  readonly coordinate: (part: Parts) => string;
  readonly touches: (part: Parts) => readonly string[];
}

interface Parts {
  /** The type, field or directive. */
  readonly of: string;
  /** The part of it: an argument, a value, a member, an interface. */
  readonly part: string;
}

const itself = ({ of }: Parts): string => of;
const child = ({ of, part }: Parts): string => `${of}.${part}`;
const atSign = ({ of }: Parts): string => `@${of}`;
const argument = ({ of, part }: Parts): string => `${of}(${part}:)`;
const only =
  (name: (part: Parts) => string) =>
  (part: Parts): readonly string[] => [name(part)];
const nothing = (): readonly string[] => [];

const element: Reading = { pattern: /^(?<of>[\w.]+) /, coordinate: itself, touches: only(itself) };
const argumentChange: Reading = {
  pattern: /^(?<of>[\w.]+) arg (?<part>\w+) /,
  coordinate: argument,
  touches: only(argument),
};
const ofDirective = (pattern: RegExp): Reading => ({ pattern, coordinate: atSign, touches: only(atSign) });

/** graphql-js tells changes apart by type, but names their elements in sentences only. */
const readings: Readonly<Record<BreakingChangeType | DangerousChangeType, Reading>> = {
  TYPE_REMOVED: element,
  TYPE_CHANGED_KIND: element,
  FIELD_REMOVED: element,
  FIELD_CHANGED_KIND: element,
  TYPE_REMOVED_FROM_UNION: {
    pattern: /^(?<part>\w+) was removed from union type (?<of>\w+)/,
    coordinate: itself,
    touches: ({ of, part }) => [`${of}/${part}`],
  },
  VALUE_REMOVED_FROM_ENUM: {
    pattern: /^(?<part>\w+) was removed from enum type (?<of>\w+)/,
    coordinate: child,
    touches: (part) => [child(part), `input ${part.of}`],
  },
  REQUIRED_INPUT_FIELD_ADDED: {
    pattern: /^A required field (?<part>\w+) on input type (?<of>\w+) /,
    coordinate: child,
    touches: ({ of }) => [`input ${of}`],
  },
  IMPLEMENTED_INTERFACE_REMOVED: {
    pattern: /^(?<of>\w+) no longer implements interface (?<part>\w+)/,
    coordinate: itself,
    touches: ({ of, part }) => [`${part}/${of}`],
  },
  REQUIRED_ARG_ADDED: {
    pattern: /^A required arg (?<part>\w+) on (?<of>[\w.]+) /,
    coordinate: argument,
    touches: only(itself),
  },
  ARG_REMOVED: argumentChange,
  ARG_CHANGED_KIND: argumentChange,
  DIRECTIVE_REMOVED: ofDirective(/^(?<of>\w+) was removed/),
  DIRECTIVE_ARG_REMOVED: ofDirective(/ was removed from (?<of>\w+)/),
  REQUIRED_DIRECTIVE_ARG_ADDED: ofDirective(/ on directive (?<of>\w+) /),
  DIRECTIVE_REPEATABLE_REMOVED: ofDirective(/ removed from (?<of>\w+)/),
  DIRECTIVE_LOCATION_REMOVED: ofDirective(/ was removed from (?<of>\w+)/),
  VALUE_ADDED_TO_ENUM: {
    pattern: /^(?<part>\w+) was added to enum type (?<of>\w+)/,
    coordinate: child,
    touches: nothing,
  },
  TYPE_ADDED_TO_UNION: {
    pattern: /^(?<part>\w+) was added to union type (?<of>\w+)/,
    coordinate: itself,
    touches: nothing,
  },
  OPTIONAL_INPUT_FIELD_ADDED: {
    pattern: /^An optional field (?<part>\w+) on input type (?<of>\w+) /,
    coordinate: child,
    touches: nothing,
  },
  OPTIONAL_ARG_ADDED: {
    pattern: /^An optional arg (?<part>\w+) on (?<of>[\w.]+) /,
    coordinate: argument,
    touches: nothing,
  },
  IMPLEMENTED_INTERFACE_ADDED: {
    pattern: / added to interfaces implemented by (?<of>\w+)/,
    coordinate: itself,
    touches: nothing,
  },
  ARG_DEFAULT_VALUE_CHANGE: { ...argumentChange, touches: nothing },
};

/** Optional things that are new: graphql-js warns of them, but no operation that exists can notice. */
const harmless: ReadonlySet<string> = new Set([
  DangerousChangeType.OPTIONAL_ARG_ADDED,
  DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED,
]);

/** What graphql-js finds. */
export function findSchemaDifferences(before: GraphQLSchema, after: GraphQLSchema): SchemaChange[] {
  const breaking = findBreakingChanges(before, after)
    // A scalar of the language that nothing refers to any more: what referred to it is a change of its own.
    .filter(({ description }) => !description.startsWith('Standard scalar '))
    .map((change) => ({ ...change, level: 'breaking' as const }));
  const dangerous = findDangerousChanges(before, after).map((change) => ({
    ...change,
    level: harmless.has(change.type) ? ('safe' as const) : ('dangerous' as const),
  }));
  return [...breaking, ...dangerous].map(({ type, level, description }) => {
    const { pattern, coordinate, touches } = readings[type];
    const parts = readParts(pattern, description);
    return { level, code: type, coordinate: coordinate(parts), message: description, touches: touches(parts) };
  });
}

/** @throws {Error} when graphql-js has come to say it in other words */
function readParts(pattern: RegExp, description: string): Parts {
  const { of, part = '' } = pattern.exec(description)?.groups ?? {};
  if (of === undefined) throw new Error(`graphql-js describes a change in words that are not known: ${description}`);
  return { of, part };
}
