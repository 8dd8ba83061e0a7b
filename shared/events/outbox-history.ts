import { type DataSource, Between } from 'typeorm';
import { type PlatformEvent } from './envelope';
import { OutboxRow } from './outbox.entity';
import { type EventHistory, type PastEvent } from './transport';

/** The published rows of one database's outbox. */
export function outboxHistory(dataSource: DataSource, retentionMs: number): EventHistory {
  return {
    retentionMs,
    read: async ({ after, until, limit }) => {
      const rows = await dataSource.getRepository(OutboxRow).find({
        where: { status: 'PUBLISHED', publishedAt: Between(new Date(after.at), new Date(until)) },
        // Within an instant events are told in the order of their ids.
        order: { publishedAt: 'ASC', id: 'ASC' },
        take: limit + after.index + 1,
      });
      return numbered(rows)
        .filter(({ at, index }) => at > after.at || index > after.index)
        .slice(0, limit);
    },
  };
}

function numbered(rows: readonly OutboxRow[]): PastEvent[] {
  let last = { at: 0, index: -1 };
  return rows.map(({ envelope, publishedAt }) => {
    const at = publishedAt?.getTime() ?? 0;
    last = { at, index: at === last.at ? last.index + 1 : 0 };
    return { ...last, event: JSON.parse(envelope) as PlatformEvent };
  });
}
