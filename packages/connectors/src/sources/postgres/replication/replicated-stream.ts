import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Stream } from '../../../kit/connector.ts';
import type { JsonObject } from '../../../kit/json.ts';
import type { Page } from '../../../kit/page.ts';
import type { PostgresContext } from '../config.ts';
import { inSnapshot } from '../in-snapshot.ts';
import { streamName, type Table } from '../table.ts';
import { tableStream } from '../table-stream.ts';
import { CopyCursor, copyTable } from './copy-table.ts';
import type { ReplicationFeed } from './replication-feed.ts';

/** A table as a stream that is copied once, and then gets its changes from the feed. */
export function replicatedStream(ctx: PostgresContext, table: Table, feed: ReplicationFeed): Stream {
  const { slices: _, ...common } = tableStream(ctx, table);
  return {
    ...common,
    feed,
    incremental: true,
    deletes: 'reported',
    parseCursor: (value) => CopyCursor.parse(value),
    read: (since) => readCopy(ctx, table, feed, since as CopyCursor | undefined),
  };
}

async function* readCopy(
  ctx: PostgresContext,
  table: Table,
  feed: ReplicationFeed,
  since: CopyCursor | undefined,
): AsyncGenerator<Page<JsonObject, unknown>> {
  const mark = await feed.mark(table.oid);
  if (since && since.mark !== mark) {
    const why = 'its columns, its key, its partitions or its place in the publication';
    throw new ConnectorError('cursor_expired', `${streamName(table)} was changed: ${why}. It is copied again.`);
  }
  if (since?.phase === 'copied') return;
  yield* inSnapshot(ctx, table, (session) => copyTable({ ctx, session, table, mark }, since), feed.snapshot);
}
