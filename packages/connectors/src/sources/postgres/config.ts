import { z } from 'zod';
import { direct } from '../../kit/auth.ts';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { secret } from '../../kit/fields.ts';

const names = (title: string, description: string) =>
  z.array(z.string().min(1)).default([]).meta({ title, description });

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
  ca: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'Certificate authority', description: 'PEM text that the server is checked with.' }),
  schemas: names('Schemas', 'Empty means all but the system schemas.'),
  include_tables: names('Tables to read', '`table` or `schema.table`; `*` stands for any text. Empty means all.'),
  exclude_tables: names('Tables to leave out', 'As above; wins over the tables to read.'),
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
  lookback_seconds: z.int().min(0).max(604_800).default(300).meta({
    title: 'Look back',
    description:
      'With a cursor field: seconds before the last value that are read again, for transactions that were late.',
  }),
  delete_detection: z.enum(['every_sync', 'daily', 'never']).default('every_sync').meta({
    title: 'Delete detection',
    description: 'With a cursor field: how often the keys are listed to find deleted rows.',
  }),
  connections: z.int().min(1).max(16).default(2).meta({
    title: 'Connections',
    description: 'Connections that read one large table at a time.',
  }),
});
export type Config = z.output<typeof Config>;

export const auth = [
  direct(
    z.object({
      username: z.string().min(1).meta({ title: 'User' }),
      password: secret({ title: 'Password' }),
    }),
  ),
] as const;

export type PostgresContext = ConnectorContext<Config, CredentialsOf<typeof auth>>;
