import type { DatabaseSchema } from '../../kit/database-schema.ts';
import { databaseSchemaOf } from '../sql/database-schema.ts';
import type { MysqlContext } from './config.ts';
import { discoverTables } from './discover-tables.ts';
import { toConnectorError } from './mysql-error.ts';
import { openLink } from './open-client.ts';

const COLUMNS = `
  SELECT TABLE_NAME AS stream, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable,
         COLUMN_COMMENT AS comment, IF(COLUMN_KEY = 'PRI', 'YES', 'NO') AS \`primary\`
  FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = ? AND LOCATE('select', LOWER(PRIVILEGES)) > 0
  ORDER BY TABLE_NAME, ORDINAL_POSITION`;

const FOREIGN_KEYS = `
  SELECT CONSTRAINT_NAME AS name, TABLE_NAME AS stream, COLUMN_NAME AS \`column\`,
         REFERENCED_TABLE_NAME AS to_stream, REFERENCED_COLUMN_NAME AS to_column
  FROM information_schema.KEY_COLUMN_USAGE
  WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_SCHEMA = TABLE_SCHEMA AND REFERENCED_TABLE_NAME IS NOT NULL
  ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`;

/** The tables that are read, as `information_schema` describes them. Throws `ConnectorError`. */
export async function inspectTables(ctx: MysqlContext): Promise<DatabaseSchema> {
  const tables = await discoverTables(ctx);
  const { database } = ctx.config;
  const link = await openLink(ctx);
  try {
    return databaseSchemaOf({
      streams: new Map(tables.map(({ name, comment }) => [name, comment])),
      columns: await link.rows(COLUMNS, [database]),
      keys: await link.rows(FOREIGN_KEYS, [database]),
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, `Reading the catalogue of ${database}`);
  } finally {
    await link.close();
  }
}
