import { GraphQLDateTimeISO, GraphQLJSON, GraphQLURL, GraphQLSafeInt } from 'graphql-scalars';
import { GraphQLScalarType, GraphQLError, Kind } from 'graphql';
import { InputError } from '#shared/errors';

/** An instant, RFC 3339, answered in UTC with milliseconds. */
export const DateTime = new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' });
export const JsonValue = new GraphQLScalarType({ ...GraphQLJSON.toConfig(), name: 'JSON' });
export const Url = new GraphQLScalarType({ ...GraphQLURL.toConfig(), name: 'URL', serialize: String });
/** Integer minor units, safe up to 2^53-1. */
export const MinorUnits = new GraphQLScalarType({ ...GraphQLSafeInt.toConfig(), name: 'MinorUnits' });

export const Day = textScalar('Date', 'A day as YYYY-MM-DD', (text) => {
  const day = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
});
export const LocalTime = textScalar('LocalTime', 'A wall-clock time as HH:MM', (text) =>
  /^([01]\d|2[0-3]):[0-5]\d$/.test(text),
);
export const Duration = textScalar('Duration', 'A length of time, ISO 8601, e.g. PT15M', (text) =>
  /^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/.test(text),
);
export const TimeZone = textScalar('TimeZone', 'An IANA zone, e.g. Europe/London', (text) => {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // RangeError is how Intl says that it knows no such zone
  }
});

function textScalar(
  name: string,
  description: string,
  isValid: (text: string) => boolean,
): GraphQLScalarType<string, string> {
  const parse = (value: unknown): string => {
    if (typeof value !== 'string' || !isValid(value)) throw new InputError(`${description} was expected`);
    return value;
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize: parse,
    parseValue: parse,
    parseLiteral: (node) => {
      if (node.kind !== Kind.STRING) throw new GraphQLError(`${description} was expected`, { nodes: node });
      return parse(node.value);
    },
  });
}
