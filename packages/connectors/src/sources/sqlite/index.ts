import { createHash } from 'node:crypto';
import { none } from '../../kit/auth.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Stream } from '../../kit/connector.ts';
import { defineDynamicConnector, entityTypeName } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import { SqliteConfig } from './config.ts';
import { guarded, openDatabase } from './database.ts';
import { inspectTables } from './inspect-tables.ts';
import type { Context } from './database.ts';
import { readChanged, readWhole, TableCursor } from './read-table.ts';
import { KEY_FIELD } from './table-queries.ts';
import { listTables, orderKey } from './tables.ts';
import type { Table } from './tables.ts';
import { columnSchema } from './values.ts';

/** Columns that usually say what a row is called; the first that holds text is shown. */
const NAME_COLUMNS = ['title', 'name', 'subject', 'label', 'email'];

const LIKELY_CURSORS = [/updated|modified|changed/i, /version|revision/i, /created|timestamp/i];

const keyOf = (row: JsonObject): string => {
  const key = row[KEY_FIELD];
  if (typeof key !== 'string') throw new TypeError('the row was not read by this connector');
  return key;
};

function fieldsOf(row: JsonObject): JsonObject {
  const { [KEY_FIELD]: _key, ...columns } = row;
  return columns;
}

/** A new column gives old rows a value without touching their cursor field, so the columns belong to the shape. */
const shapeOf = (facts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 16);

/** Columns by how likely they tell of changes, in the table's order otherwise. */
function cursorFieldsOf(table: Table): readonly string[] {
  const names = table.columns.map((column) => column.name);
  const likely = LIKELY_CURSORS.flatMap((pattern) => names.filter((name) => pattern.test(name)));
  return [...new Set([...likely, ...names])];
}

function nameOf(table: Table, row: JsonObject): string {
  const byLowerName = new Map(table.columns.map((column) => [column.name.toLowerCase(), column.name]));
  const named = NAME_COLUMNS.map((name) => row[byLowerName.get(name) ?? '']).find(
    (value) => typeof value === 'string' && value !== '',
  );
  return typeof named === 'string' ? named.slice(0, 200) : `${table.name} ${keyOf(row)}`;
}

function tableStream(ctx: Context, table: Table, identity: string): Stream {
  const field = table.columns.find((column) => column.name === ctx.options.cursorField)?.name;
  const shape = shapeOf([
    identity,
    orderKey(table),
    table,
    ctx.config.max_value_bytes,
    field && [field, table.indexed.has(field)],
  ]);
  return {
    name: table.name,
    title: table.name,
    entityType: entityTypeName('sqlite', table.name),
    jsonSchema: {
      type: 'object',
      properties: Object.fromEntries(table.columns.map((column) => [column.name, columnSchema(column.type)])),
    },
    ...(table.primaryKey.length > 0 && { primaryKey: table.primaryKey }),
    cursorFields: cursorFieldsOf(table),
    incremental: field !== undefined,
    deletes: field === undefined ? 'listing' : 'reported',
    key: keyOf,
    fields: fieldsOf,
    describe: (row) => ({
      name: nameOf(table, row),
      breadcrumbs: [{ id: table.name, name: table.name, type: 'table' }],
    }),
    parseCursor: (cursor) => TableCursor.parse(cursor),
    read: (since) => {
      const cursor = since as TableCursor | undefined;
      return field === undefined ? readWhole(ctx, table, shape, cursor) : readChanged(ctx, table, field, shape, cursor);
    },
  };
}

async function discover(ctx: Context): Promise<readonly Stream[]> {
  const db = await openDatabase(ctx);
  try {
    const tables = guarded(ctx.config.path, () => listTables(db, ctx.config));
    const identity = await ctx.files.identity(ctx.config.path);
    return tables.map((table) => tableStream(ctx, table, identity));
  } finally {
    db.close();
  }
}

/** The tables of a SQLite database file on the host. */
export const sqlite = defineDynamicConnector(
  {
    id: 'sqlite',
    title: 'SQLite',
    description: 'The tables of a SQLite database file on the host, one stream a table.',
    labels: ['databases', 'files'],
    auth: [none],
    config: SqliteConfig,
    endpoint: ['path'],
    limits: { requestsPerMinute: 60_000, concurrency: 4 },
    touches: 'files',
    async check(ctx) {
      const streams = await discover(ctx);
      if (streams.length === 0) {
        throw new ConnectorError('configuration', `${ctx.config.path} has no table that the setting "tables" names.`);
      }
      return { account: await ctx.files.resolve(ctx.config.path) };
    },
    inspect: inspectTables,
  },
  discover,
);
