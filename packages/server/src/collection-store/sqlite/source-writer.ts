import type { Json } from '@tributary/connectors/kit/json';
import { must } from '../../lib/asserts.ts';
import type { Clock } from '../../lib/clock.ts';
import type { StoreStep } from '../../lib/failpoints.ts';
import type { SourceConnectionId } from '../../lib/ids.ts';
import type { Applied, RunStart, RunState, SourceWriter, StorePage, StoreSize } from '../port.ts';
import { applyPage } from './apply-page.ts';
import type { CollectionFile } from './collection-file.ts';
import { type Connection, prepared } from './connection.ts';
import { addToJob, noCounts } from './job-counts.ts';
import { writeNote } from './notes.ts';
import { countSeen, dropSeen, listUnseen } from './seen.ts';
import { listEntities, removeEntities, type StoredEntity } from './entities.ts';
import { beginRun, endRun } from './runs.ts';
import { sizeOf } from './size.ts';
import { holdSource, type SourceRow } from './source-row.ts';
import { dropCursors, findStream, type StreamRow } from './streams.ts';

/** Entities of one deleting transaction: as long as that of a page. */
const REMOVED_AT_ONCE = 1000;

type Listing = (db: Connection, stream: StreamRow, afterKey: string, limit: number) => StoredEntity[];

export class SqliteSourceWriter implements SourceWriter {
  readonly fence: number;
  readonly #file: CollectionFile;
  readonly #id: SourceConnectionId;
  readonly #clock: Clock;

  constructor(file: CollectionFile, id: SourceConnectionId, fence: number, clock: Clock) {
    this.fence = fence;
    this.#file = file;
    this.#id = id;
    this.#clock = clock;
  }

  beginRun(start: RunStart): Promise<RunState> {
    return this.#transaction('begin-run', (db, source) => beginRun(db, source, start));
  }

  apply(page: StorePage): Promise<Applied> {
    return this.#transaction('apply', (db, source) => {
      const job = jobOf(source);
      const counts = applyPage(db, { source: source.id, job, now: this.#clock.now() }, page);
      return addToJob(db, job, counts);
    });
  }

  unseen(stream: string): Promise<{ readonly unseen: number; readonly total: number }> {
    return this.#transaction('unseen', (db, source) => {
      const row = findStream(db, source.id, stream);
      return row ? { unseen: row.entities - countSeen(db, row.id), total: row.entities } : { unseen: 0, total: 0 };
    });
  }

  sweep(stream: string): AsyncIterable<Applied> {
    return this.#remove('sweep', stream, listUnseen);
  }

  forgetCursors(stream: string): Promise<void> {
    return this.#transaction('forget-cursors', (db, source) => {
      const row = findStream(db, source.id, stream);
      if (!row) return;
      dropCursors(db, row.id);
      dropSeen(db, row.id);
    });
  }

  streams(): Promise<readonly string[]> {
    return this.#transaction(
      'streams',
      (db, source) =>
        prepared(
          db,
          `SELECT name FROM stream t WHERE source = ?
           AND (entities > 0 OR EXISTS (SELECT 1 FROM cursor c WHERE c.stream = t.id)) ORDER BY name`,
        )
          .pluck()
          .all(source.id) as string[],
    );
  }

  async *dropStream(stream: string): AsyncIterable<Applied> {
    // First, so that no crash leaves a cursor behind that promises entities which are gone.
    await this.forgetCursors(stream);
    yield* this.#remove('drop-stream', stream, listEntities);
    await this.#transaction('drop-stream', (db, source) => {
      const row = findStream(db, source.id, stream);
      if (!row) return;
      dropSeen(db, row.id);
      prepared(db, 'DELETE FROM stream WHERE id = ?').run(row.id);
    });
  }

  size(): Promise<StoreSize> {
    return this.#transaction('size', (db) => sizeOf(db, this.#file.path));
  }

  setNote(note: Json): Promise<void> {
    return this.#transaction('note', (db, source) => writeNote(db, source.id, note));
  }

  endRun(): Promise<RunState> {
    return this.#transaction('end-run', (db, source) => endRun(db, source, jobOf(source)));
  }

  async *#remove(step: StoreStep, stream: string, list: Listing): AsyncIterable<Applied> {
    let afterKey = '';
    for (;;) {
      const removed = await this.#transaction(step, (db, source) => {
        const job = jobOf(source);
        const row = findStream(db, source.id, stream);
        const entities = row ? list(db, row, afterKey, REMOVED_AT_ONCE) : [];
        if (!row || entities.length === 0) return undefined;
        removeEntities(db, row.id, entities);
        const applied = addToJob(db, job, { ...noCounts, deleted: entities.length });
        return { applied, lastKey: must(entities.at(-1), 'not empty').key };
      });
      if (!removed) return;
      yield removed.applied;
      afterKey = removed.lastKey;
    }
  }

  #transaction<T>(step: StoreStep, work: (db: Connection, source: SourceRow) => T): Promise<T> {
    return this.#file.transaction(step, (db) => work(db, holdSource(db, this.#id, this.fence)));
  }
}

function jobOf(source: SourceRow): number {
  return must(source.job, 'a page, a sweep and an end belong to a run that was begun');
}
