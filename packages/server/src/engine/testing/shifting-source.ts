import { z } from 'zod';
import { none } from '@tributary/connectors/kit/auth';
import type { Connector, Stream } from '@tributary/connectors/kit/connector';
import { defineDynamicConnector } from '@tributary/connectors/kit/define-connector';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { Page } from '@tributary/connectors/kit/page';

/** A table of the source; everything may change between two reads. */
export interface Table {
  /** Types of the columns, as JSON Schema words; `undefined` for a stream that does not say. */
  columns?: Record<string, string>;
  /** Rows may have more fields than the columns. */
  open?: boolean;
  key: readonly string[];
  rows: JsonObject[];
  /** Reads only rows behind the last one; with what it says of deletes. */
  appends?: boolean;
  /** Does not say what its keys are made of. */
  keyUntold?: boolean;
}

const PAGE = 10;

/** A source whose tables come, go and change their shape under the reader. */
export class ShiftingSource {
  readonly tables = new Map<string, Table>();
  /** Names of the tables that were read, in order. */
  readonly reads: string[] = [];

  constructor(tables: Readonly<Record<string, Table>>) {
    for (const [name, table] of Object.entries(tables)) this.tables.set(name, table);
  }

  table(name: string): Table {
    const table = this.tables.get(name);
    if (!table) throw new Error(`no table ${name}`);
    return table;
  }

  readonly connector: Connector = defineDynamicConnector(
    {
      id: 'shifting',
      title: 'Shifting',
      description: 'Changes its shape.',
      auth: [none],
      config: z.object({}),
      limits: { requestsPerMinute: 60_000, concurrency: 1 },
      check: () => Promise.resolve({ account: 'shifting' }),
    },
    () => Promise.resolve([...this.tables].map(([name, table]) => this.#stream(name, table))),
  );

  #stream(name: string, table: Table): Stream {
    const { columns, key, appends = false } = table;
    const properties = Object.fromEntries(Object.entries(columns ?? {}).map(([field, type]) => [field, { type }]));
    return {
      name,
      title: name,
      entityType: 'ShiftingEntity',
      jsonSchema: { ...(columns && { properties }), ...(table.open && { additionalProperties: true }) },
      ...(!table.keyUntold && { primaryKey: key }),
      incremental: appends,
      deletes: appends ? 'reported' : 'listing',
      key: (row) => key.map((field) => textOf(row[field])).join('/'),
      parseCursor: (cursor) => z.object({ at: z.number(), last: z.json().optional() }).parse(cursor),
      read: (since) => this.#read(name, table, since as { readonly at: number } | undefined),
    };
  }

  async *#read(
    name: string,
    { rows }: Table,
    since?: { readonly at: number },
  ): AsyncGenerator<Page<JsonObject, unknown>> {
    this.reads.push(name);
    for (let at = since?.at ?? 0; at < rows.length; at += PAGE) {
      const upserts = rows.slice(at, at + PAGE);
      const last: Json | undefined = upserts.at(-1)?.['email'];
      yield { upserts, cursor: { at: at + upserts.length, ...(last !== undefined && { last }) } };
      await Promise.resolve();
    }
  }
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Rows 1 and on, each made by a function of its number. */
export const rowsFrom = (count: number, row: (number: number) => JsonObject): JsonObject[] =>
  Array.from({ length: count }, (_, index) => row(index + 1));
