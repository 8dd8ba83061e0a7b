import { createHmac, timingSafeEqual } from 'node:crypto';
import { Brackets, type FindOptionsWhere, type SelectQueryBuilder } from 'typeorm';
import { z } from 'zod';
import { InputError } from '#shared/errors';
import { type RowReader } from './row-reader';
import { type EntityType, type TenantEntity } from './tenant-entity';

export const maxPageSize = 100;
export const defaultPageSize = 20;

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface PageRequest<E extends TenantEntity> extends PageArguments {
  readonly where: FindOptionsWhere<E>;
  /** A time column; ties are broken by id. */
  readonly orderBy?: keyof E & string;
  readonly direction?: 'ASC' | 'DESC';
}

/** A slice of a list: nodes with their cursors, and the count if somebody asks for it. */
export interface Page<E> {
  readonly nodes: readonly E[];
  readonly cursors: readonly string[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** All rows this actor may see, on whatever page. */
  readonly countAll: () => Promise<number>;
}

/**
 * Reads one page by keyset: the cursor names the last row seen, so rows that come or go meanwhile shift nothing.
 * @throws {DomainError} BAD_USER_INPUT for a page size out of bounds, or a cursor of another list or viewer.
 */
export async function readPage<E extends TenantEntity>(
  reader: RowReader,
  type: EntityType<E>,
  request: PageRequest<E>,
): Promise<Page<E>> {
  const { where, orderBy = 'createdAt', direction = 'DESC', after = null } = request;
  const first = pageSize(request.first);
  const seal = cursorSeal(await reader.indexKey(), [
    reader.actor.subject,
    reader.actor.organisationId,
    type.name,
    orderBy,
    direction,
    JSON.stringify(where),
  ]);
  const countAll = (): Promise<number> => reader.count(type, where);
  const query = reader.query(type, where);
  if (!query) return { nodes: [], cursors: [], hasNextPage: false, hasPreviousPage: false, countAll };
  if (after !== null) startAfter(query, { ...seal.open(after), orderBy, direction });
  query
    .orderBy(`row.${orderBy}`, direction)
    .addOrderBy('row.id', direction)
    .take(first + 1);
  const rows = await reader.rows(type, query);
  const nodes = rows.slice(0, first);
  const cursors = nodes.map((node) => seal.close({ at: (node[orderBy] as Date).getTime(), id: node.id }));
  return { nodes, cursors, hasNextPage: rows.length > first, hasPreviousPage: after !== null, countAll };
}

function pageSize(first: number | null | undefined): number {
  const size = first ?? defaultPageSize;
  if (size < 0 || size > maxPageSize)
    throw new InputError(`first is a number from 0 to ${String(maxPageSize)}`, ['first']);
  return size;
}

function startAfter<E extends TenantEntity>(
  query: SelectQueryBuilder<E>,
  { at, id, orderBy, direction }: Position & { orderBy: keyof E & string; direction: 'ASC' | 'DESC' },
): void {
  const beyond = direction === 'DESC' ? '<' : '>';
  const metadata = query.dataSource.getMetadata(query.expressionMap.mainAlias?.target ?? '');
  const prepare = (property: string, value: unknown): unknown => {
    const column = metadata.findColumnWithPropertyName(property);
    return column ? query.dataSource.driver.preparePersistentValue(value, column) : value;
  };
  const parameters = { after_at: prepare(orderBy, new Date(at)), after_id: prepare('id', id) };
  query.andWhere(
    new Brackets((either) => {
      either
        .where(`row.${orderBy} ${beyond} :after_at`, parameters)
        .orWhere(`(row.${orderBy} = :after_at AND row.id ${beyond} :after_id)`, parameters);
    }),
  );
}

interface Position {
  readonly at: number;
  readonly id: string;
}

const positionSchema = z.object({ at: z.number(), id: z.string() });

/** Cursors are bound to viewer, list and filter by a MAC, so that nobody can walk another list with them. */
function cursorSeal(
  key: Buffer,
  boundTo: readonly string[],
): { close(position: Position): string; open(cursor: string): Position } {
  const mac = (text: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([...boundTo, text]))
      .digest()
      .subarray(0, 12);
  return {
    close(position) {
      const text = JSON.stringify(position);
      return `${Buffer.from(text).toString('base64url')}.${mac(text).toString('base64url')}`;
    },
    open(cursor) {
      const [body = '', seal = ''] = cursor.split('.');
      const text = Buffer.from(body, 'base64url').toString();
      const given = Buffer.from(seal, 'base64url');
      if (given.length !== 12 || !timingSafeEqual(given, mac(text))) {
        throw new InputError('This cursor does not belong to this list', ['after']);
      }
      return positionSchema.parse(JSON.parse(text));
    },
  };
}
