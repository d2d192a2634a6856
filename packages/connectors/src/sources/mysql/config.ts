import { z } from 'zod';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { ca, login, nameList, readingTables } from '../sql/table-config.ts';

export const Config = z.object({
  host: z.string().trim().min(1).meta({ title: 'Host' }),
  port: z.int().min(1).max(65_535).default(3306).meta({ title: 'Port' }),
  database: z.string().min(1).meta({ title: 'Database' }),
  ssl_mode: z.enum(['disabled', 'preferred', 'required', 'verify_ca', 'verify_identity']).default('preferred').meta({
    title: 'SSL mode',
    description:
      'As in MySQL’s clients. `required` checks the certificate only when an authority is given, `verify_ca` always, `verify_identity` its name too.',
  }),
  ca,
  include_tables: nameList('Tables to read', 'Names of tables; `*` stands for any text. Empty means all.'),
  exclude_tables: nameList('Tables to leave out', 'As above; wins over the tables to read.'),
  ...readingTables,
});
export type Config = z.output<typeof Config>;

export const auth = login;

export type MysqlContext = ConnectorContext<Config, CredentialsOf<typeof auth>>;

/** What one connection to a server needs. */
export interface MysqlReach extends Pick<MysqlContext, 'credentials' | 'connect' | 'signal' | 'log'> {
  readonly config: Pick<Config, 'host' | 'port' | 'database' | 'ssl_mode' | 'ca'>;
}
