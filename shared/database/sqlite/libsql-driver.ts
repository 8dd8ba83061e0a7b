import { isAnyArrayBuffer, isArrayBufferView, isDate } from 'node:util/types';
import Libsql from 'libsql';

type Bindable = null | number | bigint | string | Uint8Array;
type Row = Record<string, unknown>;

/**
 * libsql as TypeORM's better-sqlite3 driver expects it to be. libsql 0.5 differs in ways that end the process or lose
 * data: a lone Buffer is taken for named parameters and a boolean aborts Node; text is cut at NUL; blobs come back as
 * ArrayBuffer, which TypeORM takes for equal keys and so folds rows into one.
 */
export class LibsqlDriver extends Libsql {
  // TypeORM is the only caller and uses no more of a statement than is here.
  override prepare(sql: string): never {
    return new CheckedStatement(super.prepare(sql)) as never;
  }
}

/** The part of a statement that TypeORM and libsql's own `pragma` use. */
class CheckedStatement {
  constructor(private readonly statement: Libsql.Statement) {}

  get reader(): boolean {
    return this.statement.reader;
  }

  all(...parameters: unknown[]): Row[] {
    // One array, not a list: only so is every parameter positional.
    const rows = this.statement.all(parameters.map(bindable)) as Row[];
    for (const row of rows) {
      for (const name in row) {
        const value = row[name];
        if (typeof value === 'object' && isAnyArrayBuffer(value)) row[name] = Buffer.from(value);
      }
    }
    return rows;
  }

  run(...parameters: unknown[]): Libsql.RunResult {
    return this.statement.run(parameters.map(bindable));
  }
}

function bindable(value: unknown): Bindable {
  switch (typeof value) {
    case 'string':
      return wholeText(value);
    case 'number':
      return finite(value);
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'undefined':
      return null;
    case 'object':
      return bindableObject(value);
    case 'function':
    case 'symbol':
      throw new TypeError(`A ${typeof value} cannot be a parameter of a query`);
  }
}

function wholeText(value: string): string {
  if (value.includes('\0')) throw new RangeError('Text for the database must not hold a NUL character');
  return value;
}

/** libsql would store NaN and the infinities as NULL. */
function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError('A number for the database must be finite');
  return value;
}

function bindableObject(value: object | null): Bindable {
  if (value === null) return null;
  if (isDate(value)) return value.toISOString().replace('T', ' ').replace('Z', ''); // as TypeORM writes it
  if (isAnyArrayBuffer(value)) return Buffer.from(value);
  if (isArrayBufferView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError('An object cannot be a parameter of a query');
}
