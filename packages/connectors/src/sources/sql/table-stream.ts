import type { Stream } from '../../kit/connector.ts';
import type { Clock, ConnectorContext } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import {
  type IncrementalCursor,
  type ListingCursor,
  parseIncrementalCursor,
  parseListingCursor,
  type Range,
  type Seen,
} from './cursor.ts';
import { rowDescriber } from './describe-row.ts';
import { readIncremental, type IncrementalRead } from './read-incremental.ts';
import { readKeyless, readListing } from './read-listing.ts';
import { keyOf, ROW_KEY } from './row-decoder.ts';
import type { SqlSession } from './session.ts';
import { columnOf, cursorCandidates, jsonSchemaOf, type SqlColumn, type SqlTable } from './table.ts';

/** What a table's stream needs of its kind of database. */
export interface TableReader<C extends SqlColumn, S extends SqlSession> {
  /** The stream's public name. */
  readonly name: string;
  readonly entityType: string;
  /** Reads inside a session of its own; `column` is the cursor's, when the read goes by one. */
  inSession<P>(
    column: C | undefined,
    read: (session: S) => AsyncGenerator<Page<JsonObject, P>>,
  ): AsyncGenerator<Page<JsonObject, unknown>>;
  /** Cuts the table for several connections. */
  planRanges(session: S): Promise<Range[]>;
  /** See `IncrementalRead`. */
  findHighWater(session: S, column: C): Promise<Seen | undefined>;
  /** See `IncrementalRead`. */
  changedSince(column: C, seen: readonly Seen[]): string | undefined;
}

type TableContext = Pick<ConnectorContext<IncrementalRead['ctx']['config']>, 'config' | 'options' | 'log'> & {
  readonly clock: Clock;
};

/** A table as a stream: incremental when the read options name a column of it that can be a cursor. */
export function sqlTableStream<C extends SqlColumn, S extends SqlSession>(
  ctx: TableContext,
  table: SqlTable<C> & { readonly comment?: string | undefined },
  reader: TableReader<C, S>,
): Stream {
  const column = cursorColumn(ctx, table, reader.name);
  const common = {
    name: reader.name,
    title: table.comment ?? table.name,
    entityType: reader.entityType,
    jsonSchema: jsonSchemaOf(table),
    primaryKey: table.key.length > 0 ? table.key : [ROW_KEY],
    cursorFields: cursorCandidates(table),
    key: keyOf(table),
    describe: rowDescriber(table, column?.name),
  };
  if (column) {
    const changes = (session: S, since: unknown) =>
      readIncremental<C>(
        {
          ctx,
          session,
          table,
          column,
          planRanges: () => reader.planRanges(session),
          findHighWater: () => reader.findHighWater(session, column),
          changedSince: (seen) => reader.changedSince(column, seen),
        },
        since as IncrementalCursor | undefined,
      );
    return {
      ...common,
      incremental: true,
      deletes: 'reported',
      parseCursor: (value) => parseIncrementalCursor(table, { name: column.name, type: column.type.name }, value),
      read: (since) => reader.inSession(column, (session) => changes(session, since)),
    };
  }
  const listing = (session: S, since: unknown) =>
    table.key.length === 0
      ? readKeyless(session, table)
      : readListing(
          { session, table, planRanges: () => reader.planRanges(session) },
          since as ListingCursor | undefined,
        );
  return {
    ...common,
    ...(table.key.length === 0 && { fields: ({ [ROW_KEY]: _, ...row }: JsonObject) => row }),
    incremental: false,
    deletes: ctx.config.delete_detection === 'never' ? 'reported' : 'listing',
    parseCursor: (value) => parseListingCursor(table, value),
    read: (since) => reader.inSession(undefined, (session) => listing(session, since)),
  };
}

function cursorColumn<C extends SqlColumn>(ctx: TableContext, table: SqlTable<C>, name: string): C | undefined {
  const wanted = ctx.options.cursorField;
  const column = wanted === undefined ? undefined : columnOf(table, wanted);
  if (!column) return undefined;
  if (column.type.cursor !== undefined && table.key.length > 0) return column;
  ctx.log.warn({ table: name, column: column.name }, 'reads the whole table: no key, or no ordered cursor');
  return undefined;
}
