import type { Socket } from 'node:net';
import type { Connection } from 'mysql2';
import type { BatchOptions, RowBatch } from '../sql/session.ts';

type Fields = readonly (string | null)[];

/** A batch ends early when its text is longer than this. */
const BATCH_SIZE = 4_000_000;
/** Batches that wait for their reader before the server is made to wait. */
const WAITING = 2;
/** A server that is silent for so long is given up; sorting a large table takes its time. */
const SILENCE_MS = 600_000;

/** The line that the driver reads from now; in TLS it is another than the one it began with. */
export const lineOf = (client: Connection): Socket => (client as unknown as { readonly stream: Socket }).stream;

/**
 * The rows of one query in batches. It takes the driver's events, since a stream of rows costs half as much again; the
 * driver is paused when batches wait, so memory does not grow with the table.
 */
export class RowReader<T> {
  readonly #client: Connection;
  readonly #line: Socket;
  readonly #options: BatchOptions<T>;
  readonly #ready: RowBatch<T>[] = [];
  #items: T[] = [];
  #size = 0;
  #lastFields: Fields = [];
  #paused = false;
  #over = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(client: Connection, sql: string, options: BatchOptions<T>) {
    this.#client = client;
    this.#line = lineOf(client);
    this.#options = options;
    this.#line.setTimeout(SILENCE_MS).on('timeout', this.#onSilence);
    client
      .query({ sql, rowsAsArray: true })
      .on('result', (fields: Fields) => this.#row(fields))
      .on('error', (error: Error) => this.fail(error))
      .on('end', () => this.#end());
  }

  /** The next batch, or `undefined` behind the last one. Throws what the driver reported. */
  async next(): Promise<RowBatch<T> | undefined> {
    while (this.#ready.length === 0 && !this.#over) {
      // The driver kept what had arrived, and hands it out while it resumes: there may be nothing to wait for.
      if (this.#paused) this.#resume();
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const batch = this.#ready.shift();
    if (!batch && this.#error) throw this.#error;
    return batch;
  }

  /** Cuts the line unless the query is through: there is no other way to make the server stop at once. */
  abandon(): void {
    this.#line.off('timeout', this.#onSilence).setTimeout(0);
    if (this.#over) return;
    this.#over = true;
    this.#line.destroy();
  }

  /** The query failed, or the connection was lost, which the driver does not tell a query without callback. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#over = true;
    this.#wake?.();
  }

  readonly #onSilence = (): void => {
    this.fail(Object.assign(new Error('the server was silent for too long'), { code: 'ETIMEDOUT' }));
    this.#line.destroy();
  };

  #row(fields: Fields): void {
    if (this.#over) return;
    let size = 0;
    for (const field of fields) size += field?.length ?? 0;
    try {
      this.#items.push(this.#options.decode(fields, size));
    } catch (error) {
      return this.fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#size += size;
    this.#lastFields = fields;
    if (this.#items.length >= this.#options.batchRows || this.#size >= BATCH_SIZE) this.#flush(false);
  }

  #flush(last: boolean): void {
    this.#ready.push({ items: this.#items, lastFields: this.#lastFields, last });
    this.#items = [];
    this.#size = 0;
    this.#wake?.();
    if (!last && this.#ready.length >= WAITING && !this.#paused) {
      this.#paused = true;
      this.#client.pause();
      this.#line.setTimeout(0);
    }
  }

  #resume(): void {
    this.#paused = false;
    this.#line.setTimeout(SILENCE_MS);
    this.#client.resume();
  }

  #end(): void {
    if (this.#over) return;
    this.#flush(true);
    this.#over = true;
  }
}
