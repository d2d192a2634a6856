import { z } from 'zod';
import { none } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { shape } from '../../types/elasticsearch/fields.ts';

const names = (title: string, description: string) =>
  z.array(z.string().min(1).max(255)).max(1_000).default([]).meta({ title, description });

/** The fields of the connection type, by the same names, and how to read. */
export const Config = z.object({
  ...shape,
  indices: names(
    'Indices to read',
    'Indices and data streams; `*` stands for any text. Empty means the index of the connection, or all but hidden ones.',
  ),
  exclude_indices: names('Indices to leave out', 'As above; wins over the indices to read.'),
  text_fields: names('Fields to search', 'Paths in the document, for example `author.name`. Empty means all.'),
  page_size: z.int().min(1).max(5_000).default(500).meta({
    title: 'Documents a request',
    description: 'Fewer when documents are very large.',
  }),
});
export type Config = z.output<typeof Config>;

export const auth = [none] as const;
export type ElasticsearchContext = ConnectorContext<Config, Record<string, never>>;
