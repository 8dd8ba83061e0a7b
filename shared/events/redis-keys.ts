/** Names of everything the transport keeps in Redis. The braces keep a partition's keys on one node of a cluster. */
export interface RedisKeys {
  readonly partitions: number;
  readonly stream: (partition: number) => string;
  /** Who reads this partition for this group. */
  readonly lease: (partition: number, group: string) => string;
  /** How often each entry has failed: a hash by entry id. */
  readonly failures: (partition: number, group: string) => string;
  /** Members of a group, by when they were last alive. */
  readonly members: (group: string) => string;
  readonly deadLetters: string;
}

export function redisKeys(prefix: string, partitions: number): RedisKeys {
  const partitionKey = (partition: number): string => `{${prefix}:${String(partition)}}`;
  return {
    partitions,
    stream: (partition) => `${partitionKey(partition)}:events`,
    lease: (partition, group) => `${partitionKey(partition)}:lease:${group}`,
    failures: (partition, group) => `${partitionKey(partition)}:failures:${group}`,
    members: (group) => `${prefix}:members:${group}`,
    deadLetters: `${prefix}:dead-letters`,
  };
}

/** One entry of a stream: its id and its fields, names and values in turn. */
export type StreamEntry = [id: string, fields: string[] | null];

/** What XREAD and XREADGROUP answer; null when nothing came in time. */
export type StreamReply = [key: string, entries: StreamEntry[]][] | null;
