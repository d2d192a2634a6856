import { z } from 'zod';
import { direct } from '../../kit/auth.ts';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { secret } from '../../kit/fields.ts';

const names = (title: string, description: string) =>
  z.array(z.string().min(1)).default([]).meta({ title, description });

export const Config = z.object({
  host: z.string().trim().min(1).meta({ title: 'Host' }),
  port: z.int().min(1).max(65_535).default(3306).meta({ title: 'Port' }),
  database: z.string().min(1).meta({ title: 'Database' }),
  ssl_mode: z.enum(['disabled', 'preferred', 'required', 'verify_ca', 'verify_identity']).default('preferred').meta({
    title: 'SSL mode',
    description:
      'As in MySQL’s clients. `required` checks the certificate only when an authority is given, `verify_ca` always, `verify_identity` its name too.',
  }),
  ca: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'Certificate authority', description: 'PEM text that the server is checked with.' }),
  include_tables: names('Tables to read', 'Names of tables; `*` stands for any text. Empty means all.'),
  exclude_tables: names('Tables to leave out', 'As above; wins over the tables to read.'),
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

export type MysqlContext = ConnectorContext<Config, CredentialsOf<typeof auth>>;
