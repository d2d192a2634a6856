import { z } from 'zod';

const DEFAULT_MAX_VALUE_BYTES = 1_000_000;
const LARGEST_MAX_VALUE_BYTES = 50_000_000;

export const SqliteConfig = z.object({
  path: z.string().min(1).max(4_096).meta({
    title: 'Database file',
    description: 'The file, inside one of the folders that the operator opened with TRIBUTARY_FILE_ROOTS.',
  }),
  tables: z.array(z.string().min(1).max(500)).max(1_000).optional().meta({
    title: 'Tables',
    description: 'Names of the tables to read, with * for any letters; all tables when left out.',
  }),
  cursor_lookback: z.number().min(0).default(0).meta({
    title: 'Cursor lookback',
    description:
      'How far before the last cursor value rows are read again: seconds for dates in text, the field’s own unit for numbers.',
  }),
  max_value_bytes: z.int().min(0).max(LARGEST_MAX_VALUE_BYTES).default(DEFAULT_MAX_VALUE_BYTES).meta({
    title: 'Largest value',
    description: 'Binary values above this many bytes are replaced by their size, texts are cut.',
  }),
});

export type SqliteConfig = z.output<typeof SqliteConfig>;
