/** Rows of a query that were read together. */
export interface RowBatch<T> {
  readonly items: readonly T[];
  /** The fields of the last row; empty when there is no row. */
  readonly lastFields: readonly (string | null)[];
  /** Nothing follows. */
  readonly last: boolean;
}

export interface BatchOptions<T> {
  /** Makes an item of a row's fields; `null` is SQL's NULL. `size` is the length of the row's text. */
  readonly decode: (fields: readonly (string | null)[], size: number) => T;
  readonly batchRows: number;
}

/** One connection to a database. */
export interface SqlLink {
  /** Runs a query and yields its rows in batches, as they come. Leaving the loop early closes the connection. */
  copy<T>(sql: string, options: BatchOptions<T>): AsyncGenerator<RowBatch<T>>;
}

/** Several connections that read one table together. */
export interface SqlSession {
  readonly links: readonly [SqlLink, ...SqlLink[]];
  /** Opens connections until there are `count`; fewer when the server has no more to give. */
  widen(count: number): Promise<void>;
}
