import { z } from 'zod';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { ca, login, nameList, readingTables } from '../sql/table-config.ts';

/** Bytes of a name (NAMEDATALEN - 1). */
const MAX_NAME = 63;

export const Config = z.object({
  host: z.string().trim().min(1).meta({ title: 'Host' }),
  port: z.int().min(1).max(65_535).default(5432).meta({ title: 'Port' }),
  database: z.string().min(1).meta({ title: 'Database' }),
  sslmode: z.enum(['disable', 'prefer', 'require', 'verify-full']).default('prefer').meta({
    title: 'SSL mode',
    description: 'As in libpq. `require` checks the certificate only when an authority is given, `verify-full` always.',
  }),
  ca,
  schemas: nameList('Schemas', 'Empty means all but the system schemas.'),
  include_tables: nameList('Tables to read', '`table` or `schema.table`; `*` stands for any text. Empty means all.'),
  exclude_tables: nameList('Tables to leave out', 'As above; wins over the tables to read.'),
  mode: z.enum(['cursor', 'replication', 'auto']).default('cursor').meta({
    title: 'How changes are found',
    description:
      '`cursor`: by reading, with a cursor field or whole. `replication`: the server tells them, deletes too (logical replication). `auto`: by replication where the server allows it.',
  }),
  publication: z
    .string()
    .min(1)
    .max(MAX_NAME)
    .default('tributary')
    .meta({ title: 'Publication', description: 'With replication: made when it is missing and the user may.' }),
  slot: z
    .string()
    .regex(/^[a-z0-9_]{1,63}$/, 'lower-case letters, digits and underscores, at most 63')
    .optional()
    .meta({
      title: 'Replication slot',
      description:
        'With replication: its name, for this source connection alone. Needed when two read the same tables of one database.',
    }),
  ...readingTables,
});
export type Config = z.output<typeof Config>;

export const auth = login;

export type PostgresContext = ConnectorContext<Config, CredentialsOf<typeof auth>>;

/** What one connection to a server needs. */
export interface PostgresReach extends Pick<PostgresContext, 'credentials' | 'connect' | 'signal'> {
  readonly config: Pick<Config, 'host' | 'port' | 'database' | 'sslmode' | 'ca'>;
}
