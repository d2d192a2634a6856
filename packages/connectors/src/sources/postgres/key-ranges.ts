import type { Range } from '../sql/cursor.ts';
import { isOrdered, keyColumns } from '../sql/table.ts';
import type { Link } from './open-client.ts';
import { quoteName, sqlTable, type Table } from './table.ts';

/** A range of a table should be worth a connection of its own. */
const RANGE_BYTES = 32 * 1_024 * 1_024;
const PAGE_BYTES = 8_192;
/** Pages of the table that are looked at to find where to cut. */
const SAMPLE_PAGES = 200;

/** Cuts a table into at most `count` ranges of about the same number of rows. A small table is one range. */
export async function planRanges(link: Link, table: Table, count: number): Promise<Range[]> {
  const whole: Range[] = [{}];
  if (!isOrdered(table) || count < 2 || !['r', 'm', 'p'].includes(table.kind)) return whole;
  const bytes = await sizeOf(link, table);
  const wanted = Math.min(count, Math.floor(bytes / RANGE_BYTES));
  if (wanted < 2) return whole;
  const percent = Math.min(100, (100 * SAMPLE_PAGES * PAGE_BYTES) / bytes);
  const columns = keyColumns(table);
  const names = columns.map((column) => quoteName(column.name)).join(', ');
  const shown = columns.map((column, at) => `${table.sql.selected(column)}::text AS k${at}`).join(', ');
  const cuts = await link.rows(`
    SELECT ${shown} FROM (
      SELECT ${names}, row_number() OVER (ORDER BY ${names}) AS place, count(*) OVER () AS size
      FROM ${sqlTable(table)} TABLESAMPLE SYSTEM (${percent.toFixed(6)})
    ) AS sample
    WHERE size >= ${wanted * 10} AND place % (size / ${wanted}) = 0 AND place / (size / ${wanted}) < ${wanted}
    ORDER BY place`);
  const ends = cuts.map((cut) => columns.map((_, at) => cut[`k${at}`] ?? ''));
  return [...ends, undefined].map((to, at) => ({ ...(to && { to }), ...(ends[at - 1] && { at: ends[at - 1] }) }));
}

async function sizeOf(link: Link, table: Table): Promise<number> {
  const relation = `'${sqlTable(table).replaceAll("'", "''")}'::regclass`;
  const sql =
    table.kind === 'p'
      ? `SELECT sum(pg_relation_size(relid)) AS bytes FROM pg_partition_tree(${relation})`
      : `SELECT pg_relation_size(${relation}) AS bytes`;
  const [row] = await link.rows(sql);
  return Number(row?.['bytes'] ?? 0);
}
