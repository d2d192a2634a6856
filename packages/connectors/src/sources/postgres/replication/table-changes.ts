import type { FeedPart } from '../../../kit/feed.ts';
import type { JsonObject } from '../../../kit/json.ts';
import type { RecordFailure } from '../../../kit/page.ts';
import type { Link } from '../open-client.ts';
import { keyOf, type RowDecoder, rowDecoder } from '../../sql/row-decoder.ts';
import { keyColumns } from '../../sql/table.ts';
import { literal, quoteName, sqlTable, streamName, type Table } from '../table.ts';

type Fields = readonly (string | null)[];

/** The last word on a row: what it is now, that it is gone, or that it has to be looked up by its key. */
type Word =
  | { readonly type: 'row'; readonly row: JsonObject }
  | { readonly type: 'gone' }
  | { readonly type: 'unknown'; readonly key: readonly string[] };

/** What happened to one table since the last page, row by row. */
export class TableChanges {
  readonly #table: Table;
  readonly #decoder: RowDecoder;
  readonly #keyOf: (row: JsonObject) => string;
  readonly #words = new Map<string, Word>();
  readonly #failures: RecordFailure[] = [];
  #emptied = false;

  constructor(table: Table) {
    this.#table = table;
    this.#decoder = rowDecoder(table);
    this.#keyOf = keyOf(table);
  }

  get size(): number {
    return this.#words.size;
  }

  /** Fields in the order of the table's columns, as the select list writes them; `size` is the length of their text. */
  put(fields: Fields, size: number): void {
    const row = this.#decoder.decode(fields, size);
    this.#words.set(this.#keyOf(row), { type: 'row', row });
    this.#failures.push(...this.#decoder.takeFailures());
  }

  /** Only the fields of the key count. */
  remove(fields: Fields): void {
    this.#words.set(this.#key(fields), { type: 'gone' });
  }

  /** Some fields are not known: the row has to be looked up. */
  lookUp(fields: Fields): void {
    this.#words.set(this.#key(fields), { type: 'unknown', key: this.#decoder.keyTexts(fields) });
  }

  empty(): void {
    this.#words.clear();
    this.#failures.length = 0;
    this.#emptied = true;
  }

  /** Looks up what is not known over the link, and gives everything as a part of a page. */
  async toPart(link: () => Promise<Link>): Promise<FeedPart> {
    const unknown = [...this.#words.values()].flatMap((word) => (word.type === 'unknown' ? [word.key] : []));
    const found = unknown.length > 0 ? await this.#find(await link(), unknown) : new Map<string, JsonObject>();
    const upserts: JsonObject[] = [];
    const deletes: string[] = [];
    for (const [key, word] of this.#words) {
      const row = word.type === 'row' ? word.row : found.get(key);
      // A row that is not there any more was deleted since; the log will say so.
      if (row && word.type !== 'gone') upserts.push(row);
      else deletes.push(key);
    }
    const failures = [...this.#failures, ...this.#decoder.takeFailures()];
    const stream = streamName(this.#table);
    return { stream, upserts, deletes, failures, ...(this.#emptied && { emptied: true }) };
  }

  #key(fields: Fields): string {
    return this.#keyOf(this.#decoder.decode(fields, 0));
  }

  async #find(link: Link, keys: readonly (readonly string[])[]): Promise<Map<string, JsonObject>> {
    const columns = keyColumns(this.#table);
    const names = columns.map((column) => quoteName(column.name)).join(', ');
    const values = keys.map((key) => `(${columns.map((column, at) => literal(column, key[at] ?? '')).join(', ')})`);
    const sql = `SELECT ${this.#decoder.list} FROM ${sqlTable(this.#table)} WHERE (${names}) IN (${values.join(', ')})`;
    const rows = new Map<string, JsonObject>();
    const { decode } = this.#decoder;
    for await (const { items } of link.copy(sql, { decode, batchRows: keys.length })) {
      for (const row of items) rows.set(this.#keyOf(row), row);
    }
    return rows;
  }
}
