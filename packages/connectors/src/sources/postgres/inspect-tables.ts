import type { DatabaseSchema } from '../../kit/database-schema.ts';
import { databaseSchemaOf } from '../sql/database-schema.ts';
import type { PostgresContext } from './config.ts';
import { discoverTables } from './discover-tables.ts';
import { openLink } from './open-client.ts';
import { toConnectorError } from './postgres-error.ts';
import { streamName } from './table.ts';

const COLUMNS = `
  SELECT n.nspname || '.' || c.relname AS stream, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         (NOT a.attnotnull)::text AS nullable, col_description(a.attrelid, a.attnum) AS comment,
         EXISTS (SELECT FROM pg_catalog.pg_index i
                 WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey))::text AS primary
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
  ORDER BY a.attrelid, a.attnum`;

const FOREIGN_KEYS = `
  SELECT k.conname AS name, n.nspname || '.' || c.relname AS stream, a.attname AS column,
         rn.nspname || '.' || r.relname AS to_stream, ra.attname AS to_column
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class r ON r.oid = k.confrelid JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
  CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS part (own, other, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = part.own
  JOIN pg_catalog.pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = part.other
  WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = ANY ($1::oid[])
  ORDER BY 2, 1, part.place`;

/** The tables that are read, as PostgreSQL's catalogue describes them. Throws `ConnectorError`. */
export async function inspectTables(ctx: PostgresContext): Promise<DatabaseSchema> {
  const tables = await discoverTables(ctx);
  const oids = tables.map(({ oid }) => oid);
  const link = await openLink(ctx);
  try {
    return databaseSchemaOf({
      streams: new Map(tables.map((table) => [streamName(table), table.comment])),
      columns: await link.rows(COLUMNS, [oids]),
      keys: await link.rows(FOREIGN_KEYS, [oids]),
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, `Reading the catalogue of ${ctx.config.database}`);
  } finally {
    await link.close();
  }
}
