/** A column of a table, as the database itself describes it. */
export interface DatabaseColumn {
  readonly name: string;
  /** In the database's own words: `character varying(40)`, `int unsigned`. */
  readonly dataType: string;
  readonly nullable: boolean;
  /** From 1, in the table's order. */
  readonly position: number;
  readonly primaryKey: boolean;
  readonly comment: string | null;
}

export interface DatabaseTable {
  /** The public name of the stream that reads it. */
  readonly stream: string;
  readonly comment: string | null;
  readonly columns: readonly DatabaseColumn[];
}

/** The columns of one stream point to those of another, in the same order. */
export interface ForeignKey {
  readonly name: string;
  readonly stream: string;
  readonly columns: readonly string[];
  readonly toStream: string;
  readonly toColumns: readonly string[];
}

/** What a database says of itself: its tables and how they point to each other. */
export interface DatabaseSchema {
  readonly tables: readonly DatabaseTable[];
  readonly foreignKeys: readonly ForeignKey[];
}
