import { z } from 'zod';
import { direct } from '../../kit/auth.ts';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { secret } from '../../kit/fields.ts';

const names = (title: string, description: string) =>
  z.array(z.string().min(1).max(1_000)).max(1_000).default([]).meta({ title, description });

export const Config = z.object({
  host: z.string().trim().min(1).meta({ title: 'Host' }),
  port: z.int().min(1).max(65_535).optional().meta({
    title: 'Port',
    description: '993 with implicit TLS, else 143, when left out.',
  }),
  tls: z.enum(['implicit', 'starttls', 'none']).default('implicit').meta({
    title: 'TLS',
    description:
      '`implicit` from the first byte, `starttls` before the login (refused when the server does not offer it), `none` for a private network only.',
  }),
  ca: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'Certificate authority', description: 'PEM text that the server is checked with.' }),
  include_mailboxes: names(
    'Mailboxes to read',
    'Paths as the server shows them, for example `INBOX` or `Projects/*`; `*` stands for any text. Empty means all but Trash, Junk, Drafts and views of other mailboxes.',
  ),
  exclude_mailboxes: names('Mailboxes to leave out', 'As above; wins over the mailboxes to read.'),
  since_days: z.int().min(1).max(36_500).optional().meta({
    title: 'Days to look back',
    description: 'Only messages that arrived within so many days; older ones leave as the days pass. Empty means all.',
  }),
  max_message_bytes: z.int().min(1_000).max(50_000_000).default(1_000_000).meta({
    title: 'Longest text',
    description: 'Of the text of a message so many bytes are read; the rest is left out.',
  }),
  attachments: z.boolean().default(true).meta({
    title: 'Attachments',
    description: 'Offer the stream `attachments`, which downloads attached documents and reads their text.',
  }),
  max_attachment_bytes: z.int().min(1).max(100_000_000).default(10_000_000).meta({
    title: 'Largest attachment',
    description: 'Attachments above this many bytes are listed by their names only.',
  }),
});
export type Config = z.output<typeof Config>;

export const auth = [
  direct(
    z.object({
      username: z.string().min(1).meta({ title: 'User' }),
      password: secret({
        title: 'Password',
        description: 'Where the account has a second factor, the password that the provider makes for mail programs.',
      }),
    }),
  ),
] as const;

export type ImapContext = ConnectorContext<Config, CredentialsOf<typeof auth>>;

/** The configured port, or the one that the way of TLS stands for. */
export const portOf = ({ port, tls }: Config): number => port ?? (tls === 'implicit' ? 993 : 143);
