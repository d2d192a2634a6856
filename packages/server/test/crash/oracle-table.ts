import { placeOf, type OracleRow, type StreamTruth } from './oracle-row.ts';

/** Longer notes make several chunks. */
const LONG_NOTE = 'a sentence that only fills the page of a record with many chunks. '.repeat(70);

/** The records of one stream: what there is, in which order it changed, and what there was. */
export class OracleTable {
  readonly rows = new Map<string, OracleRow>();
  /** Keys in the order of their changes. */
  readonly log: string[] = [];
  /** Changes before this one are forgotten. */
  logStart = 0;
  /** Stands still now and then, so that many rows share a time. */
  time = 0;
  readonly #times = new Map<string, number>();
  readonly #editions = new Map<string, number>();
  readonly #tag: string;

  /** `tag` begins every word; it is letters and digits, and no other table's. */
  constructor(tag: string) {
    this.#tag = tag;
  }

  put(id: string): void {
    const edition = (this.#editions.get(id) ?? 0) + 1;
    this.#editions.set(id, edition);
    const note = edition % 4 === 3 ? LONG_NOTE : `edition ${edition}`;
    this.rows.set(id, { id, edition, word: this.#word(id), editionWord: this.#word(id, edition), note });
    this.touch(id);
  }

  delete(id: string): void {
    if (this.rows.delete(id)) this.log.push(id);
  }

  /** Speaks of a row that has not changed. */
  touch(id: string): void {
    if (!this.rows.has(id)) return;
    this.log.push(id);
    this.#times.set(id, this.time);
  }

  forgetLog(): void {
    this.logStart = this.log.length;
  }

  timeOf(id: string): number {
    return this.#times.get(id) ?? 0;
  }

  /** In the order of their ids, after one of them. */
  idsAfter(after: string): string[] {
    return [...this.rows.keys()].filter((id) => id > after).toSorted();
  }

  take(ids: readonly string[]): OracleRow[] {
    return ids.map((id) => this.rows.get(id)).filter((row) => row !== undefined);
  }

  truth(): StreamTruth {
    const goneWords = [...this.#editions].flatMap(([id, newest]) => {
      const row = this.rows.get(id);
      const editions = Array.from({ length: newest }, (_, index) => index + 1);
      const old = editions.filter((edition) => edition !== row?.edition).map((edition) => this.#word(id, edition));
      return row ? old : [this.#word(id), ...old];
    });
    return { rows: this.take(this.idsAfter('')), goneWords };
  }

  /** Ends with a digit, so that the stemmer of the full-text index leaves it alone. */
  #word(id: string, edition?: number): string {
    return `${this.#tag}${id}${edition === undefined ? '' : `e${edition}`}x9`;
  }
}

/** The key of the n-th record. */
export const keyOf = (n: number): string => `k${placeOf(n).slice(-4)}`;
