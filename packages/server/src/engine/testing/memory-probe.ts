import { workerData } from 'node:worker_threads';
import { probeContext, silentLog } from '@tributary/connectors/testing/connector-probe';
import type { Applied, RunState, SourceWriter, StorePage, StoreSize } from '../../collection-store/port.ts';
import { systemClock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { NO_COUNTS } from '../outcome-of-fault.ts';
import { runSync } from '../run-sync.ts';
import { rowsConnector } from './rows-connector.ts';

/** Keeps nothing but the number of rows. */
class CountingWriter implements SourceWriter {
  readonly fence = 1;
  inserted = 0;

  beginRun(): Promise<RunState> {
    return this.endRun();
  }

  async apply(page: StorePage): Promise<Applied> {
    for (const upsert of page.upserts) if (upsert.payload().length > 0) this.inserted += 1;
    const counts = { ...NO_COUNTS, inserted: this.inserted };
    return { sequence: 1, page: counts, job: counts };
  }

  async unseen(): Promise<{ unseen: number; total: number }> {
    return { unseen: 0, total: this.inserted };
  }

  async *sweep(): AsyncIterable<Applied> {}

  async forgetCursors(): Promise<void> {}

  async setNote(): Promise<void> {}

  async streams(): Promise<readonly string[]> {
    return ['rows'];
  }

  async *dropStream(): AsyncIterable<Applied> {}

  async size(): Promise<StoreSize> {
    return { entities: this.inserted, bytes: 0 };
  }

  async endRun(): Promise<RunState> {
    const counts = { ...NO_COUNTS, inserted: this.inserted };
    return { generation: 1, resumed: false, cursors: [], counts, sequence: 1 };
  }
}

const { rows, pageSize } = workerData as { readonly rows: number; readonly pageSize: number };
const connector = rowsConnector({
  async *rows() {
    for (let at = 0; at < rows; at += pageSize) {
      yield {
        upserts: Array.from({ length: pageSize }, (_, index) => ({
          id: `k${at + index}`,
          value: Buffer.alloc(1_000, at + index).toString('latin1'),
        })),
        cursor: at,
      };
    }
  },
});
const { signal } = new AbortController();
const outcome = await runSync({
  connector,
  ctx: probeContext(connector, { signal }),
  writer: new CountingWriter(),
  job: { id: newId(), syncId: newId(), full: false },
  sourceName: 'rows',
  sweepConfirmed: false,
  signal,
  clock: systemClock,
  log: silentLog,
  onProgress: () => undefined,
});
if (outcome.type !== 'completed' || outcome.counts.inserted !== rows) throw new Error(JSON.stringify(outcome));
