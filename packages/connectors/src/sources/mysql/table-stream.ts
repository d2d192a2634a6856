import { ConnectorError } from '../../kit/connector-error.ts';
import type { Stream } from '../../kit/connector.ts';
import { entityTypeName } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import {
  type IncrementalCursor,
  type ListingCursor,
  parseIncrementalCursor,
  parseListingCursor,
} from '../sql/cursor.ts';
import { rowDescriber } from '../sql/describe-row.ts';
import { readIncremental } from '../sql/read-incremental.ts';
import { readKeyless, readListing } from '../sql/read-listing.ts';
import { keyOf, ROW_KEY } from '../sql/row-decoder.ts';
import { columnOf, cursorCandidates, jsonSchemaOf } from '../sql/table.ts';
import type { MysqlContext } from './config.ts';
import { changedSince, findHighWater } from './high-water.ts';
import { planRanges } from './key-ranges.ts';
import { toConnectorError } from './mysql-error.ts';
import { openSnapshot, type SnapshotSession } from './snapshot-session.ts';
import type { Column, Table } from './table.ts';

/** A table as a stream: incremental when the read options name a column of it that can be a cursor. */
export function tableStream(ctx: MysqlContext, table: Table): Stream {
  const column = cursorColumn(ctx, table);
  const common = {
    name: table.name,
    title: table.comment ?? table.name,
    entityType: entityTypeName('mysql', table.name),
    jsonSchema: jsonSchemaOf(table),
    primaryKey: table.key.length > 0 ? table.key : [ROW_KEY],
    cursorFields: cursorCandidates(table),
    key: keyOf(table),
    describe: rowDescriber(table, column?.name),
  };
  if (column) {
    return {
      ...common,
      incremental: true,
      deletes: 'reported',
      parseCursor: (value) => parseIncrementalCursor(table, { name: column.name, type: column.type.name }, value),
      read: (since) => guarded(ctx, table, column, (session) => changes(ctx, session, table, column, since)),
    };
  }
  return {
    ...common,
    ...(table.key.length === 0 && { fields: ({ [ROW_KEY]: _, ...row }: JsonObject) => row }),
    incremental: false,
    deletes: ctx.config.delete_detection === 'never' ? 'reported' : 'listing',
    parseCursor: (value) => parseListingCursor(table, value),
    read: (since) =>
      guarded(ctx, table, undefined, (session) =>
        table.key.length === 0
          ? readKeyless(session, table)
          : readListing(
              { session, table, planRanges: () => planRanges(session.links[0], table, ctx.config.connections) },
              since as ListingCursor | undefined,
            ),
      ),
  };
}

const changes = (
  ctx: MysqlContext,
  session: SnapshotSession,
  table: Table,
  column: Column,
  since: unknown,
): AsyncGenerator<Page<JsonObject, IncrementalCursor>> =>
  readIncremental(
    {
      ctx,
      session,
      table,
      column,
      planRanges: () => planRanges(session.links[0], table, ctx.config.connections),
      findHighWater: () => findHighWater(session.links[0], table, column, session.horizon, ctx.clock),
      changedSince: (seen) => changedSince(column, seen, ctx.config.lookback_seconds, ctx.clock.now()),
    },
    since as IncrementalCursor | undefined,
  );

function cursorColumn(ctx: MysqlContext, table: Table): Column | undefined {
  const wanted = ctx.options.cursorField;
  const column = wanted === undefined ? undefined : columnOf(table, wanted);
  if (!column) return undefined;
  if (column.type.cursor !== undefined && table.key.length > 0) return column;
  ctx.log.warn({ table: table.name, column: column.name }, 'reads the whole table: no key, or no ordered cursor');
  return undefined;
}

/** Reads inside a session of its own, and turns what goes wrong into what the engine acts on. */
async function* guarded<C>(
  ctx: MysqlContext,
  table: Table,
  column: Column | undefined,
  read: (session: SnapshotSession) => AsyncGenerator<Page<JsonObject, C>>,
): AsyncGenerator<Page<JsonObject, unknown>> {
  let session: SnapshotSession | undefined;
  try {
    ctx.signal.throwIfAborted();
    session = await openSnapshot(ctx, column?.type.cursor === 'time');
    for await (const page of read(session)) {
      yield page;
      ctx.signal.throwIfAborted();
    }
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof ConnectorError) throw error;
    throw toConnectorError(error, `Reading ${table.name}`);
  } finally {
    await session?.close();
  }
}
