import { z } from 'zod';
import { direct } from '../../kit/auth.ts';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { type FieldMeta, secret } from '../../kit/fields.ts';

const names = (title: string, description: string) =>
  z.array(z.string().min(1).max(1_000)).max(1_000).default([]).meta({ title, description });

export const Config = z.object({
  host: z.string().trim().min(1).meta({ title: 'Host' }),
  port: z.int().min(1).max(65_535).default(4222).meta({ title: 'Port' }),
  tls: z.enum(['require', 'prefer', 'none']).default('prefer').meta({
    title: 'TLS',
    description: '`prefer` uses TLS when the server offers it; its certificate is always checked.',
  }),
  ca: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'Certificate authority', description: 'PEM text that the server is checked with.' }),
  include_streams: names(
    'Streams to read',
    'Names of JetStream streams; a bucket of keys and values is `KV_<bucket>`. `*` stands for any text. Empty means all but object stores and work queues.',
  ),
  exclude_streams: names('Streams to leave out', 'As above; wins over the streams to read.'),
  subjects: names(
    'Subjects',
    'Each subject (`orders.eu.>`) becomes a stream of its own for each JetStream stream that holds it. Empty means whole streams.',
  ),
  key: z
    .string()
    .regex(/^(sequence|subject|header:\S+|field:\S+)$/)
    .default('sequence')
    .meta({
      title: 'Key',
      description:
        'What makes a record: `sequence` (every message), or the latest message of each `subject`, `header:<name>` or `field:<path.in.the.json>`. Buckets of keys and values always go by their keys.',
    }),
  removed_messages: z.enum(['delete', 'keep']).default('delete').meta({
    title: 'Removed messages',
    description: 'What becomes of records whose messages the stream does not hold any more, by its limits or by hand.',
  }),
  max_message_bytes: z.int().min(1).max(8_000_000).default(1_000_000).meta({
    title: 'Largest message',
    description: 'Of larger messages the subject and the headers are kept.',
  }),
});
export type Config = z.output<typeof Config>;

const optionalSecret = (meta: Omit<FieldMeta, 'secret'>) =>
  secret(meta)
    .optional()
    .meta({ ...meta, secret: true });

/** One way of several, or none; see the README. */
export const auth = [
  direct(
    z.object({
      username: z.string().min(1).optional().meta({ title: 'User' }),
      password: optionalSecret({ title: 'Password' }),
      token: optionalSecret({ title: 'Token', description: 'Instead of a user and a password.' }),
      nkey_seed: optionalSecret({
        title: 'NKey seed',
        description: 'Instead of these; begins with SU. It signs, and does not leave here.',
      }),
      creds: optionalSecret({
        title: 'Credentials file',
        description: 'Instead of these: the text of a .creds file, a JWT and its seed.',
      }),
    }),
  ),
] as const;

export type NatsContext = ConnectorContext<Config, CredentialsOf<typeof auth>>;
