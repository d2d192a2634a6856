import { z } from 'zod';
import { none } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { shape } from '../../types/kafka/fields.ts';

const names = (title: string, description: string) =>
  z.array(z.string().min(1).max(249)).max(1_000).default([]).meta({ title, description });

/** The fields of the connection type, by the same names, and how to read. */
export const Config = z.object({
  ...shape,
  topics: names('Topics to read', '`*` stands for any text. Empty means the topic of the connection.'),
  exclude_topics: names('Topics to leave out', 'As above; wins over the topics to read.'),
  key: z
    .string()
    .regex(/^(message|offset|field:\S+)$/)
    .default('message')
    .meta({
      title: 'Key',
      description:
        'What makes a record: the latest message of each message key (`message`; without one each message), every message (`offset`), or the latest of each `field:<path.in.the.json>`.',
    }),
  text_fields: names('Fields to search', 'Paths in the JSON, for example `order.title`. Empty means all.'),
  start: z.enum(['earliest', 'latest']).default('earliest').meta({
    title: 'Begin at',
    description: 'Where the first read begins; `latest` takes only what comes from then on.',
  }),
  max_message_bytes: z.int().min(1).max(8_000_000).default(1_000_000).meta({
    title: 'Largest message',
    description: 'Of larger messages the key and the headers are kept.',
  }),
});
export type Config = z.output<typeof Config>;

export const auth = [none] as const;
export type KafkaContext = ConnectorContext<Config, Record<string, never>>;
