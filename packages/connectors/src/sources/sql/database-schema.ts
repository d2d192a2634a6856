import type { DatabaseColumn, DatabaseSchema, DatabaseTable, ForeignKey } from '../../kit/database-schema.ts';

/** A row of a catalogue query; flags are `true`, `YES` or `1`. */
export type CatalogRow = Readonly<Record<string, string | null>>;

const text = (row: CatalogRow, name: string): string => row[name] ?? '';
const isSet = (row: CatalogRow, name: string): boolean => ['true', 'YES', '1'].includes(text(row, name));
const orNull = (given: string | null | undefined): string | null => (given === '' ? null : (given ?? null));

interface Catalog {
  /** The streams that are read, with the comments of their tables. */
  readonly streams: ReadonlyMap<string, string | null | undefined>;
  /** `stream, name, type, nullable, primary, comment`, in the order of the table. */
  readonly columns: readonly CatalogRow[];
  /** `name, stream, column, to_stream, to_column`, in the order of the key. */
  readonly keys: readonly CatalogRow[];
}

/** Puts together what the queries on a database's own catalogue gave, as far as it is about the streams that are read. */
export function databaseSchemaOf({ streams, columns, keys }: Catalog): DatabaseSchema {
  const byStream = Map.groupBy(columns, (row) => text(row, 'stream'));
  const tables = [...streams].map(([stream, comment]): DatabaseTable => ({
    stream,
    comment: orNull(comment),
    columns: (byStream.get(stream) ?? []).map(columnOf),
  }));
  const byKey = Map.groupBy(keys, (row) => JSON.stringify([row['stream'], row['name'], row['to_stream']]));
  const foreignKeys = [...byKey.values()].map(foreignKeyOf);
  return {
    tables,
    foreignKeys: foreignKeys.filter(({ stream, toStream }) => streams.has(stream) && streams.has(toStream)),
  };
}

function columnOf(row: CatalogRow, place: number): DatabaseColumn {
  return {
    name: text(row, 'name'),
    dataType: text(row, 'type'),
    nullable: isSet(row, 'nullable'),
    position: place + 1,
    primaryKey: isSet(row, 'primary'),
    comment: orNull(row['comment']),
  };
}

function foreignKeyOf(rows: readonly CatalogRow[]): ForeignKey {
  const [first = {}] = rows;
  return {
    name: text(first, 'name'),
    stream: text(first, 'stream'),
    columns: rows.map((row) => text(row, 'column')),
    toStream: text(first, 'to_stream'),
    toColumns: rows.map((row) => text(row, 'to_column')),
  };
}
