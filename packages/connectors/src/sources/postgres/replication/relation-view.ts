import { keyColumns } from '../../sql/table.ts';
import { selectedText, type Table } from '../table.ts';
import type { OldTuple, Relation, Tuple, TupleValue } from './pgoutput.ts';

/** A row as the log has it: fields in the order of the table's columns, as the select list writes them. */
export interface RowImage {
  readonly fields: readonly (string | null)[];
  /** Every field is known; of the others, which are null here, only the table can tell. */
  readonly whole: boolean;
  /** Length of the text. */
  readonly size: number;
}

/** How rows of a table are written in the log at one time; the table itself may look different by now. */
export class RelationView {
  readonly table: Table;
  readonly #relation: Relation;
  /** For each column of the table its place in the log's rows; `undefined` when they lack it, or have another type. */
  readonly #places: readonly (number | undefined)[];
  readonly #texts: readonly (((text: string) => string) | undefined)[];

  constructor(table: Table, relation: Relation) {
    this.table = table;
    this.#relation = relation;
    this.#places = table.columns.map(({ name, typeOid }) => {
      const at = relation.columns.findIndex((column) => column.name === name && column.typeOid === typeOid);
      return at === -1 ? undefined : at;
    });
    this.#texts = table.columns.map((column) => selectedText(table, column));
  }

  /** The log's rows have the columns of the table and no others. */
  get isSame(): boolean {
    return this.#relation.columns.length === this.table.columns.length && !this.#places.includes(undefined);
  }

  /** Old rows hold the whole key of the table, so that it is known which row was deleted. */
  get tellsKeys(): boolean {
    return keyColumns(this.table).every((column) => {
      const place = this.#places[this.table.columns.indexOf(column)];
      return place !== undefined && this.#relation.columns[place]?.isKey === true;
    });
  }

  /** The row, with what was not sent again taken from its old version where that holds it. */
  image(tuple: Tuple, old?: OldTuple): RowImage {
    let whole = true;
    let size = 0;
    const fields = this.#places.map((place, at) => {
      const value = place === undefined ? undefined : (tuple[place] ?? this.#oldValue(tuple[place], place, old));
      if (value === undefined) whole = false;
      if (value === undefined || value === null) return null;
      size += value.length;
      return this.#texts[at]?.(value) ?? value;
    });
    return { fields, whole, size };
  }

  /** An old row that is no more than its key has nulls where nothing is known. */
  #oldValue(value: TupleValue, place: number, old: OldTuple | undefined): TupleValue {
    if (value === null || !old) return value;
    return old.whole || this.#relation.columns[place]?.isKey ? old.tuple[place] : undefined;
  }
}
