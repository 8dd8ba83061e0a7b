import { type Region } from '#shared/auth';
import { type Contact } from '../recipients/contact.reader';

/** What `{{…}}` may stand for. There are no others. */
export const templateVariables = ['givenName', 'appointmentTime', 'amount'] as const;

export type TemplateVariable = (typeof templateVariables)[number];

/** Facts of the event that set a message off, kept (encrypted) until it has gone out. */
export interface MessageFacts {
  /** RFC 3339 */
  readonly startsAt?: string;
  readonly amountMinor?: number;
  /** ISO 4217 */
  readonly currency?: string;
}

export type VariableValues = Readonly<Partial<Record<TemplateVariable, string>>>;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Names between double braces, in order of appearance, known or not. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name = '']) => name);
}

export function isTemplateVariable(name: string): name is TemplateVariable {
  return (templateVariables as readonly string[]).includes(name);
}

/** A template names something that this message has no value for. */
export class MissingValueError extends Error {
  override readonly name = 'MissingValueError';
}

/** Fills the placeholders, once: what a value holds is not looked at again. @throws {MissingValueError} */
export function fill(text: string, values: VariableValues): string {
  return text.replace(placeholder, (_whole, name: string) => {
    const value = isTemplateVariable(name) ? values[name] : undefined;
    if (value === undefined) throw new MissingValueError('A template names a value that this message does not have');
    return value;
  });
}

/** Clocks that appointments are written by, until organisations have a time zone of their own. */
const timeZones: Readonly<Record<Region, string>> = { UK: 'Europe/London', US: 'America/New_York' };

/** The values of the variables, as people write them in this locale. */
export function valuesOf(
  facts: MessageFacts,
  contact: Contact | null,
  { locale, region }: { readonly locale: string; readonly region: Region },
): VariableValues {
  const { startsAt, amountMinor, currency } = facts;
  return {
    ...(contact && { givenName: oneLine(contact.givenName) }),
    ...(startsAt !== undefined && { appointmentTime: writeTime(new Date(startsAt), locale, timeZones[region]) }),
    ...(amountMinor !== undefined && currency !== undefined && { amount: writeMoney(amountMinor, currency, locale) }),
  };
}

function writeTime(at: Date, locale: string, timeZone: string): string {
  const style = { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(locale, { ...style, timeZone, timeZoneName: 'short' }).format(at);
}

function writeMoney(amountMinor: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  // ISO 4217's exponent: pounds have two digits, yen none.
  const { maximumFractionDigits: exponent = 2 } = format.resolvedOptions();
  return format.format(amountMinor / 10 ** exponent);
}

/** A name goes into subject lines, where a line break would begin a header. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
