import { existsSync } from 'node:fs';
import { errors } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { failpoint, type StoreStep } from '../../lib/failpoints.ts';
import type { CollectionId } from '../../lib/ids.ts';
import { CollectionGoneError } from '../port.ts';
import { type Connection, inWriteTransaction, isBusy, openForWriting } from './connection.ts';
import { collectionPath, isDeleted, makeFolder, removeFiles } from './files.ts';

/** How long one attempt blocks this process for another one's transaction (its 95th percentile is under 100 ms). */
const BUSY_MS = 500;
/** Between attempts other work of the process goes on, so that its heartbeats are sent. */
const PAUSE_MS = 50;
const WITHIN_MS = 20_000;

/** One collection's file, open for writing; transactions of the process take turns. */
export class CollectionFile {
  readonly #dataDir: string;
  readonly #collectionId: CollectionId;
  /** Where the file is. */
  readonly path: string;
  readonly #clock: Clock;
  #db: Connection | undefined;
  #ended = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(dataDir: string, collectionId: CollectionId, clock: Clock) {
    this.#dataDir = dataDir;
    this.#collectionId = collectionId;
    this.path = collectionPath(dataDir, collectionId);
    this.#clock = clock;
  }

  /** Creates the file when it is missing. Throws `CollectionGoneError` for a deleted collection, and leaves no file of it. */
  async create(): Promise<void> {
    await this.#inTurn(() => {
      if (!isDeleted(this.#dataDir, this.#collectionId)) {
        makeFolder(this.#dataDir);
        this.#db ??= openForWriting(this.path, BUSY_MS);
        // A deletion registers before it removes: either this look sees it, or it finds the file.
        if (!isDeleted(this.#dataDir, this.#collectionId)) return;
      }
      this.close();
      removeFiles(this.#dataDir, this.#collectionId);
      throw this.#gone();
    });
  }

  /**
   * Runs `work` as one write transaction, after those that were asked for before. Throws `CollectionGoneError` when the
   * file was removed, `unavailable` when another process keeps the lock for `withinMs`, some 20 seconds by default.
   */
  async transaction<T>(step: StoreStep, work: (db: Connection) => T, withinMs?: number): Promise<T> {
    const result = await this.#inTurn(() => {
      if (!existsSync(this.path)) {
        this.close();
        throw this.#gone();
      }
      const db = (this.#db ??= openForWriting(this.path, BUSY_MS));
      failpoint(`store.${step}.before-begin`);
      return inWriteTransaction(db, () => {
        const written = work(db);
        failpoint(`store.${step}.before-commit`);
        return written;
      });
    }, withinMs);
    failpoint(`store.${step}.after-commit`);
    return result;
  }

  /** Closes the file for good; transactions that come later fail. */
  end(): void {
    this.#ended = true;
    this.close();
  }

  /** Gives the file and its cache back; the next transaction opens it again. */
  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #inTurn<T>(work: () => T, withinMs = WITHIN_MS): Promise<T> {
    const turn = this.#last.then(() => this.#withPatience(work, withinMs));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #withPatience<T>(work: () => T, withinMs: number): Promise<T> {
    for (let left = withinMs; ; left -= BUSY_MS + PAUSE_MS) {
      try {
        if (this.#ended) throw errors.unavailable({ reason: 'the collection store is closed' });
        return work();
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (left <= BUSY_MS + PAUSE_MS) throw errors.unavailable({ reason: 'another process holds the collection' });
      }
      await this.#clock.sleep(PAUSE_MS);
    }
  }

  #gone(): CollectionGoneError {
    return new CollectionGoneError(`collection ${this.#collectionId} was deleted`);
  }
}
