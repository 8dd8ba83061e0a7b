import { type Connection, type RowDataPacket } from 'mysql2/promise';

interface Schemas {
  readonly base: string;
  readonly app: string;
}

/**
 * One updatable view per base table with an `org_id`: it shows the rows of the context's organisation and takes no
 * others. Views that already fit are left alone, because replacing one waits for the queries that use it.
 * @returns the names of the views.
 */
export async function synchroniseViews(connection: Connection, { base, app }: Schemas): Promise<string[]> {
  const tables = await columnsOf(connection, base, 'BASE TABLE');
  const views = await columnsOf(connection, app, 'VIEW');
  const wanted = [...tables].filter(([, columns]) => columns.includes('org_id'));
  for (const [name, columns] of wanted) {
    if (views.get(name)?.join() === columns.join()) continue;
    const list = columns.map((column) => `\`${column}\``).join(', ');
    await connection.query(
      `CREATE OR REPLACE ALGORITHM = MERGE SQL SECURITY DEFINER VIEW \`${app}\`.\`${name}\` AS
       SELECT ${list} FROM \`${base}\`.\`${name}\` WHERE org_id = \`${app}\`.ctx_org() WITH CASCADED CHECK OPTION`,
    );
  }
  const names = wanted.map(([name]) => name);
  for (const name of views.keys()) {
    if (!names.includes(name)) await connection.query(`DROP VIEW \`${app}\`.\`${name}\``);
  }
  return names;
}

/** Columns in their order, by table. */
async function columnsOf(
  connection: Connection,
  schema: string,
  type: 'BASE TABLE' | 'VIEW',
): Promise<Map<string, string[]>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT t.table_name AS table_name, c.column_name AS column_name
       FROM information_schema.tables t
       JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
      WHERE t.table_schema = ? AND t.table_type = ?
      ORDER BY t.table_name, c.ordinal_position`,
    [schema, type],
  );
  const columns = new Map<string, string[]>();
  for (const row of rows) {
    const table = String(row['table_name']);
    columns.set(table, [...(columns.get(table) ?? []), String(row['column_name'])]);
  }
  return columns;
}
