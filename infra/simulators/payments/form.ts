import { invalidRequest, type Metadata } from './objects';

/** Stripe's limit. */
const maxMetadataKeys = 50;

/** A form-encoded body in Stripe's bracket notation. */
export class Form {
  readonly #values: URLSearchParams;

  /** @throws {StripeError} parameter_unknown: a parameter that is ignored would look as if it worked. */
  constructor(body: string, known: readonly string[]) {
    this.#values = new URLSearchParams(body);
    for (const name of this.#values.keys()) {
      const [parameter = ''] = name.split('[');
      if (known.includes(parameter)) continue;
      throw invalidRequest(`Received unknown parameter: ${parameter}`, { code: 'parameter_unknown', param: parameter });
    }
  }

  text(name: string): string | null {
    return this.#values.get(name);
  }

  required(name: string): string {
    const value = this.#values.get(name);
    if (value !== null && value !== '') return value;
    throw invalidRequest(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });
  }

  flag(name: string): boolean {
    return this.#values.get(name) === 'true';
  }

  /** Values of `name[]` and `name[0]`, `name[1]` … */
  list(name: string): string[] {
    return [...this.#values]
      .filter(([key]) => /^\[\d*\]$/.test(key.slice(name.length)) && key.startsWith(name))
      .map(([, value]) => value);
  }

  /** A positive amount in minor units. */
  amount(name: string): number | null {
    const value = this.#values.get(name);
    if (value === null) return null;
    // Stripe's bound: at most eight digits.
    if (/^[1-9]\d{0,7}$/.test(value)) return Number(value);
    throw invalidRequest('Invalid positive integer', { code: 'parameter_invalid_integer', param: name });
  }

  metadata(): Metadata {
    const entries = [...this.#values].flatMap(([key, value]) => {
      const name = /^metadata\[([^\]]{1,40})\]$/.exec(key)?.[1];
      return name === undefined ? [] : [[name, value.slice(0, 500)] as const];
    });
    if (entries.length > maxMetadataKeys) throw invalidRequest('Too many metadata keys', { param: 'metadata' });
    return Object.fromEntries(entries);
  }
}
