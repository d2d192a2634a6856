import type { Stream } from '../../kit/connector.ts';
import { sqlTableStream } from '../sql/table-stream.ts';
import type { PostgresContext } from './config.ts';
import { changedSince, findHighWater } from './high-water.ts';
import { inSnapshot } from './in-snapshot.ts';
import { planRanges } from './key-ranges.ts';
import type { SnapshotSession } from './snapshot-session.ts';
import { type Column, entityTypeOf, streamName, type Table } from './table.ts';

/** A table as a stream. */
export function tableStream(ctx: PostgresContext, table: Table): Stream {
  return sqlTableStream<Column, SnapshotSession>(ctx, table, {
    name: streamName(table),
    entityType: entityTypeOf(table),
    inSession: (_, read) => inSnapshot(ctx, table, read),
    planRanges: (session) => planRanges(session.links[0], table, ctx.config.connections),
    findHighWater: (session, column) => findHighWater(session.links[0], table, column, ctx.clock),
    changedSince: (column, seen) => changedSince(column, seen, ctx.config.lookback_seconds, ctx.clock.now()),
  });
}
