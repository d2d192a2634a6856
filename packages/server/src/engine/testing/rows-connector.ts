import { z } from 'zod';
import { none } from '@tributary/connectors/kit/auth';
import type { Connector, Slice } from '@tributary/connectors/kit/connector';
import type { ConnectorContext } from '@tributary/connectors/kit/context';
import { defineConnector } from '@tributary/connectors/kit/define-connector';
import type { Page } from '@tributary/connectors/kit/page';

export const Row = z.object({ id: z.string(), value: z.unknown().optional() });
export type Row = z.output<typeof Row>;

export interface RowsStream {
  readonly read: (
    since: number | undefined,
    slice: Slice | undefined,
    ctx: ConnectorContext,
  ) => AsyncIterable<Page<Row, number>>;
  readonly incremental?: boolean;
  readonly deletes?: 'listing' | 'reported';
  readonly slices?: () => Promise<readonly Slice[]>;
}

/** A connector whose streams are functions of the test; a bare function is a listing. */
export function rowsConnector(
  streams: Readonly<Record<string, RowsStream | RowsStream['read']>>,
  options: { readonly concurrency?: number } = {},
): Connector {
  const declaration = {
    id: 'rows',
    title: 'Rows',
    description: 'Streams of a test.',
    auth: [none],
    config: z.object({}),
    limits: { requestsPerMinute: 60_000, concurrency: options.concurrency ?? 1 },
    check: () => Promise.resolve({ account: 'test' }),
  } as const;
  return defineConnector(declaration, (stream) =>
    Object.fromEntries(
      Object.entries(streams).map(([name, given]) => {
        const { read, slices, ...rest } = typeof given === 'function' ? { read: given } : given;
        const declared = stream({
          ...rest,
          title: name,
          row: Row as z.ZodType<{ id: string }>,
          cursor: z.number(),
          key: (row) => row.id,
          read: (ctx, since, slice) => read(since, slice, ctx) as AsyncIterable<Page<{ id: string }, number>>,
          ...(slices && { slices }),
        });
        return [name, declared];
      }),
    ),
  );
}

/** Rows `k0000` and on. */
export const rowsOf = (count: number, value: unknown = 0): Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: `k${String(index).padStart(4, '0')}`, value }));

/** Yields rows in pages, each with the position after it as its cursor, from a position on. */
export async function* inPages(rows: readonly Row[], size: number, since = 0): AsyncGenerator<Page<Row, number>> {
  for (let at = since; at < rows.length; at += size) {
    yield { upserts: rows.slice(at, at + size), cursor: Math.min(at + size, rows.length) };
    await Promise.resolve();
  }
}
