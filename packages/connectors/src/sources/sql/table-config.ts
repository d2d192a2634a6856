import { z } from 'zod';
import { direct } from '../../kit/auth.ts';
import { secret } from '../../kit/fields.ts';

/** A list of names that may be left empty. */
export const nameList = (title: string, description: string) =>
  z.array(z.string().min(1)).default([]).meta({ title, description });

/** The certificate authority that a server is checked with. */
export const ca = z
  .string()
  .min(1)
  .optional()
  .meta({ title: 'Certificate authority', description: 'PEM text that the server is checked with.' });

/** How the tables of a server are read, whatever its dialect: fields of a source's configuration. */
export const readingTables = {
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
};

/** A login with a name and a password. */
export const login = [
  direct(
    z.object({
      username: z.string().min(1).meta({ title: 'User' }),
      password: secret({ title: 'Password' }),
    }),
  ),
] as const;
