import type { Stream } from '../../kit/connector.ts';
import { entityTypeName } from '../../kit/define-connector.ts';
import { inSession } from '../sql/in-session.ts';
import { sqlTableStream } from '../sql/table-stream.ts';
import type { MysqlContext } from './config.ts';
import { changedSince, findHighWater } from './high-water.ts';
import { planRanges } from './key-ranges.ts';
import { toConnectorError } from './mysql-error.ts';
import { openSnapshot, type SnapshotSession } from './snapshot-session.ts';
import type { Column, Table } from './table.ts';

/** A table as a stream. */
export function tableStream(ctx: MysqlContext, table: Table): Stream {
  const kind = (column: Column | undefined) => ({
    open: () => openSnapshot(ctx, column?.type.cursor === 'time'),
    explain: (error: unknown) => toConnectorError(error, `Reading ${table.name}`),
  });
  return sqlTableStream<Column, SnapshotSession>(ctx, table, {
    name: table.name,
    entityType: entityTypeName('mysql', table.name),
    inSession: (column, read) => inSession(ctx.signal, kind(column), read),
    planRanges: (session) => planRanges(session.links[0], table, ctx.config.connections),
    findHighWater: (session, column) => findHighWater(session.links[0], table, column, session.horizon, ctx.clock),
    changedSince: (column, seen) => changedSince(column, seen, ctx.config.lookback_seconds, ctx.clock.now()),
  });
}
