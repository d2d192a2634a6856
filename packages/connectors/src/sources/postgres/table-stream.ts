import type { Stream } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
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
import type { PostgresContext } from './config.ts';
import { changedSince, findHighWater } from './high-water.ts';
import { planRanges } from './key-ranges.ts';
import { inSnapshot } from './in-snapshot.ts';
import { type Column, entityTypeOf, streamName, type Table } from './table.ts';

/** A table as a stream: incremental when the read options name a column of it that can be a cursor. */
export function tableStream(ctx: PostgresContext, table: Table): Stream {
  const column = cursorColumn(ctx, table);
  const common = {
    name: streamName(table),
    title: table.comment ?? table.name,
    entityType: entityTypeOf(table),
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
      read: (since) =>
        inSnapshot(ctx, table, (session) =>
          readIncremental(
            {
              ctx,
              session,
              table,
              column,
              planRanges: () => planRanges(session.links[0], table, ctx.config.connections),
              findHighWater: () => findHighWater(session.links[0], table, column, ctx.clock),
              changedSince: (seen) => changedSince(column, seen, ctx.config.lookback_seconds, ctx.clock.now()),
            },
            since as IncrementalCursor | undefined,
          ),
        ),
    };
  }
  return {
    ...common,
    ...(table.key.length === 0 && { fields: ({ [ROW_KEY]: _, ...row }: JsonObject) => row }),
    incremental: false,
    deletes: ctx.config.delete_detection === 'never' ? 'reported' : 'listing',
    parseCursor: (value) => parseListingCursor(table, value),
    read: (since) =>
      inSnapshot(ctx, table, (session) =>
        table.key.length === 0
          ? readKeyless(session, table)
          : readListing(
              { session, table, planRanges: () => planRanges(session.links[0], table, ctx.config.connections) },
              since as ListingCursor | undefined,
            ),
      ),
  };
}

function cursorColumn(ctx: PostgresContext, table: Table): Column | undefined {
  const wanted = ctx.options.cursorField;
  const column = wanted === undefined ? undefined : columnOf(table, wanted);
  if (!column) return undefined;
  if (column.type.cursor !== undefined && table.key.length > 0) return column;
  ctx.log.warn(
    { table: streamName(table), column: column.name },
    'reads the whole table: no key, or no ordered cursor',
  );
  return undefined;
}
