import type { Breadcrumb } from '../../kit/connector.ts';
import { isWantedTable } from '../sql/wanted-tables.ts';
import type { PostgresContext } from './config.ts';
import { columnType, type PgType } from './column-type.ts';
import { type Link, openLink } from './open-client.ts';
import { toConnectorError } from './postgres-error.ts';
import { type Column, type Table, tableSql } from './table.ts';

/** Readable tables, without partitions (read through their parent), temporary ones, and what extensions brought. */
const TABLES = `
  SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
         obj_description(c.oid, 'pg_class') AS comment
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND (c.relkind <> 'm' OR c.relispopulated)
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
    AND (cardinality($1::text[]) = 0 OR n.nspname = ANY ($1::text[]))
    AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY n.nspname, c.relname`;

const COLUMNS = `
  SELECT a.attrelid::text AS table, a.attnum::text AS number, a.attname AS name, a.atttypid::text AS type,
         a.attnotnull::text AS not_null, col_description(a.attrelid, a.attnum) AS comment,
         (a.attidentity <> '' OR COALESCE(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false))::text AS serial
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')`;

/** Keys that name every row: primary first, then unique ones with the fewest columns. */
const KEYS = `
  SELECT i.indrelid::text AS table, i.indkey::text AS columns, i.indnkeyatts::text AS count
  FROM pg_catalog.pg_index i
  WHERE i.indrelid = ANY ($1::oid[]) AND i.indisunique AND i.indisvalid AND i.indimmediate
    AND i.indpred IS NULL AND i.indexprs IS NULL
  ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid`;

const TYPES = `
  SELECT t.oid::text AS oid, n.nspname AS schema, t.typname AS name, t.typtype AS kind,
         t.typbasetype::text AS base, t.typelem::text AS element, t.typdelim AS delimiter
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype <> 'c'`;

type Row = Readonly<Record<string, string | null>>;
const text = (row: Row, name: string): string => row[name] ?? '';

/** Everything that may be read and that the configuration does not leave out. */
export async function discoverTables(ctx: PostgresContext): Promise<Table[]> {
  const link = await openLink(ctx);
  try {
    const found = (await link.rows(TABLES, [ctx.config.schemas])).filter((row) =>
      isWantedTable(ctx.config, text(row, 'schema'), text(row, 'name')),
    );
    const oids = found.map((row) => row['oid']);
    const types = await listTypes(link);
    const columns = Map.groupBy(await link.rows(COLUMNS, [oids]), (row) => text(row, 'table'));
    const keys = Map.groupBy(await link.rows(KEYS, [oids]), (row) => text(row, 'table'));
    return found.flatMap((row) => {
      const oid = text(row, 'oid');
      const table = tableOf(ctx.config.database, row, columns.get(oid) ?? [], keys.get(oid) ?? [], types);
      return table.columns.length === 0 ? [] : table;
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, `Listing the tables of ${ctx.config.database}`);
  } finally {
    await link.close();
  }
}

async function listTypes(link: Link): Promise<Map<string, PgType>> {
  const rows = await link.rows(TYPES);
  return new Map(
    rows.map((row) => [
      text(row, 'oid'),
      {
        oid: text(row, 'oid'),
        schema: text(row, 'schema'),
        name: text(row, 'name'),
        kind: text(row, 'kind'),
        baseOid: text(row, 'base'),
        elementOid: text(row, 'element'),
        delimiter: text(row, 'delimiter'),
      },
    ]),
  );
}

function tableOf(
  database: string,
  row: Row,
  columnRows: readonly Row[],
  keyRows: readonly Row[],
  types: ReadonlyMap<string, PgType>,
): Table {
  const byNumber = new Map(columnRows.map((column) => [text(column, 'number'), columnFrom(column, types)]));
  const keys = keyRows.map((key) =>
    text(key, 'columns')
      .split(' ')
      .slice(0, Number(text(key, 'count'))),
  );
  const found = keys.find((numbers) => numbers.every((number) => byNumber.get(number)?.notNull));
  const key = found?.flatMap((number) => byNumber.get(number)?.name ?? []) ?? [];
  const [schema, name] = [text(row, 'schema'), text(row, 'name')];
  return {
    oid: text(row, 'oid'),
    schema,
    name,
    breadcrumbs: breadcrumbsOf(database, schema, name),
    kind: text(row, 'kind') as Table['kind'],
    comment: row['comment'] ?? undefined,
    columns: [...byNumber.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    key,
    sql: tableSql({ schema, name }, key),
  };
}

const breadcrumbsOf = (database: string, schema: string, name: string): Breadcrumb[] => [
  { id: database, name: database, type: 'database' },
  { id: `${database}.${schema}`, name: schema, type: 'schema' },
  { id: `${database}.${schema}.${name}`, name, type: 'table' },
];

function columnFrom(row: Row, types: ReadonlyMap<string, PgType>): Column {
  return {
    name: text(row, 'name'),
    typeOid: text(row, 'type'),
    type: columnType(text(row, 'type'), types),
    notNull: text(row, 'not_null') === 'true',
    serial: text(row, 'serial') === 'true',
    comment: row['comment'] ?? undefined,
  };
}
