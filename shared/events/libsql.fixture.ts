import { isAnyArrayBuffer } from 'node:util/types';
import Libsql from 'libsql';

type Row = Record<string, unknown>;

/**
 * libsql as TypeORM needs it: parameters as one array (a lone Buffer counts as named ones) and blobs as Buffers. The
 * database module has the complete adapter; these tests stand below it.
 */
export class LibsqlForTests extends Libsql {
  override prepare(sql: string): never {
    const statement = super.prepare(sql);
    return {
      reader: statement.reader,
      run: (...parameters: unknown[]) => statement.run(parameters),
      all: (...parameters: unknown[]) => (statement.all(parameters) as Row[]).map(withBuffers),
    } as never;
  }
}

function withBuffers(row: Row): Row {
  const pairs = Object.entries(row).map(([name, value]) => [
    name,
    isAnyArrayBuffer(value) ? Buffer.from(value) : value,
  ]);
  return Object.fromEntries(pairs) as Row;
}
