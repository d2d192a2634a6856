import { ConnectorError } from '../../../kit/connector-error.ts';
import type { FeedPart } from '../../../kit/feed.ts';
import type { Link } from '../open-client.ts';
import { streamName, type Table } from '../table.ts';
import type { PgOutputMessage, Relation, RowChange } from './pgoutput.ts';
import { RelationView } from './relation-view.ts';
import { TableChanges } from './table-changes.ts';

/** What the log tells of tables. */
export type Told = Exclude<PgOutputMessage, { readonly type: 'begin' | 'commit' | 'other' }>;

export const isTold = (event: { readonly type: string }): event is Told =>
  ['relation', 'insert', 'update', 'delete', 'truncate'].includes(event.type);

const COLUMNS = `
  SELECT attname AS name, atttypid::text AS type FROM pg_attribute
  WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped AND has_column_privilege(attrelid, attnum, 'SELECT')`;

/** SQLSTATEs of a statement that does not fit the tables any more: no such table, column, right or schema. */
const STALE = new Set<unknown>(['42P01', '42703', '42501', '3F000']);

/** Gathers what the log tells of some tables into parts of pages. */
export class ChangeCollector {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #link: () => Promise<Link>;
  readonly #isMember: (table: Table) => Promise<boolean>;
  readonly #views = new Map<string, RelationView>();
  #changes = new Map<string, TableChanges>();
  #bytes = 0;

  /** `link` opens a connection to look rows up, when it is needed; `isMember` looks whether a table is still read in this way. */
  constructor(tables: readonly Table[], link: () => Promise<Link>, isMember: (table: Table) => Promise<boolean>) {
    this.#tables = new Map(tables.map((table) => [table.oid, table]));
    this.#link = link;
    this.#isMember = isMember;
  }

  /** Rows that are gathered. */
  get rows(): number {
    return this.#changes.values().reduce((sum, changes) => sum + changes.size, 0);
  }

  /** Characters of their text. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  /** Takes a message in; `false` when its table is not as it was discovered, so that nothing more can be taken. */
  async take(message: Told): Promise<boolean> {
    if (message.type === 'relation') return this.#look(message);
    if (message.type === 'truncate') {
      for (const oid of message.relations) {
        const table = this.#tables.get(oid);
        if (table) this.#of(table).empty();
      }
      return true;
    }
    const view = this.#views.get(message.relation);
    if (view) this.#change(view, message);
    return true;
  }

  /** Everything that was gathered; `undefined` when rows had to be looked up in a table that is not as it was discovered. */
  async takeParts(): Promise<FeedPart[] | undefined> {
    const parts: FeedPart[] = [];
    try {
      for (const changes of this.#changes.values()) parts.push(await changes.toPart(this.#link));
    } catch (error) {
      if (error instanceof Error && 'code' in error && STALE.has(error.code)) return undefined;
      throw error;
    }
    this.#changes = new Map();
    this.#bytes = 0;
    return parts;
  }

  /** Rows of an older look of the table are looked up as they are now; those of a newer look are for the next job. */
  async #look(relation: Relation): Promise<boolean> {
    const table = this.#tables.get(relation.oid);
    if (!table) return true;
    const view = new RelationView(table, relation);
    this.#views.set(relation.oid, view);
    if (!view.tellsKeys) return this.#withoutKeys(table);
    return view.isSame || (await this.#isCurrent(table));
  }

  /** Its replica identity was another one: where it still is, the next job reads the table in another way. */
  async #withoutKeys(table: Table): Promise<false> {
    if (!(await this.#isMember(table))) return false;
    const name = streamName(table);
    throw new ConnectorError('cursor_expired', `The replica identity of ${name} left changes out. All is read again.`);
  }

  async #isCurrent(table: Table): Promise<boolean> {
    const rows = await (await this.#link()).rows(COLUMNS, [table.oid]);
    const now = rows.map(({ name, type }) => `${name} ${type}`);
    const then = table.columns.map(({ name, typeOid }) => `${name} ${typeOid}`);
    return new Set(now).symmetricDifference(new Set(then)).size === 0;
  }

  #change(view: RelationView, change: RowChange): void {
    const changes = this.#of(view.table);
    if (change.type === 'delete') return changes.remove(view.image(change.old.tuple).fields);
    const old = change.type === 'update' ? change.old : undefined;
    const { fields, whole, size } = view.image(change.tuple, old);
    if (old) changes.remove(view.image(old.tuple).fields);
    if (whole) changes.put(fields, size);
    else changes.lookUp(fields);
    this.#bytes += size;
  }

  #of(table: Table): TableChanges {
    const name = streamName(table);
    const known = this.#changes.get(name) ?? new TableChanges(table);
    this.#changes.set(name, known);
    return known;
  }
}
