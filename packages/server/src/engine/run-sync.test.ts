import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { handClock } from '@tributary/connectors/testing/connector-probe';
import { newId } from '../lib/ids.ts';
import type { JobId } from '../lib/ids.ts';
import type { SyncProgress } from './outcome.ts';
import { OracleSource } from './testing/oracle-source.ts';
import { inPages, rowsConnector, rowsOf } from './testing/rows-connector.ts';
import { SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

const keys = (): readonly string[] => Object.keys(harness.content());

describe('counts', () => {
  test('says exactly what a job inserted, updated, kept and deleted', async () => {
    const rows = new Map(rowsOf(10).map((row) => [row.id, row]));
    const connector = rowsConnector({ rows: () => inPages([...rows.values()], 3) });
    const none = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0 };

    expect((await harness.expect('completed', connector)).counts).toMatchObject({ ...none, inserted: 10 });
    expect((await harness.expect('completed', connector)).counts).toMatchObject({ ...none, kept: 10 });
    rows.set('k0001', { id: 'k0001', value: 'new' });
    rows.delete('k0002');
    rows.set('x', { id: 'x' });
    expect((await harness.expect('completed', connector)).counts).toMatchObject({
      ...none,
      inserted: 1,
      updated: 1,
      kept: 8,
      deleted: 1,
    });
    expect(harness.content()).toEqual(Object.fromEntries([...rows].map(([key, row]) => [`rows/${key}`, row])));
  });

  test('G4-13 a record that two pages name is counted once as new, and its last version stays', async () => {
    const connector = rowsConnector({
      async *rows() {
        yield {
          upserts: [
            { id: 'a', value: 1 },
            { id: 'b', value: 1 },
          ],
        };
        yield {
          upserts: [
            { id: 'b', value: 2 },
            { id: 'c', value: 1 },
          ],
        };
      },
    });
    const { counts } = await harness.expect('completed', connector);
    expect(counts).toMatchObject({ inserted: 3, updated: 1, kept: 0 });
    expect(harness.content()['rows/b']).toEqual({ id: 'b', value: 2 });
  });

  test('reports after every page what is committed', async () => {
    const reports: SyncProgress[] = [];
    const connector = rowsConnector({ rows: () => inPages(rowsOf(6), 2) });
    await harness.expect('completed', connector, { onProgress: (progress) => reports.push(progress) });
    expect(reports.map((report) => report.counts.inserted)).toEqual([2, 4, 6, 6]);
    expect(reports.at(-1)).toMatchObject({ stream: 'rows', encountered: { RowsRowsEntity: 6 } });
    expect(reports.map((report) => report.sequence)).toEqual([1, 2, 3, 4]);
  });
});

describe('going on', () => {
  test.each([0, 1, 2, 3, 4])('G4-1 a fault before page %i costs nothing that was committed', async (broken) => {
    const reads: (number | undefined)[] = [];
    let faults = 1;
    const connector = rowsConnector({
      async *rows(since) {
        reads.push(since);
        for await (const page of inPages(rowsOf(8), 2, since)) {
          if (page.cursor === 2 * broken + 2 && faults-- > 0) throw new ConnectorError('unavailable', 'down');
          yield page;
        }
        if (broken === 4 && faults-- > 0) throw new ConnectorError('unavailable', 'down');
      },
    });
    const { counts } = await harness.expect('completed', connector);
    expect(counts).toMatchObject({ inserted: 8, kept: 0 });
    expect(reads).toEqual([undefined, broken === 0 ? undefined : 2 * broken]);
  });

  test('G4-7 a long wait gives the job back, and its next attempt goes on from there', async () => {
    const clock = handClock(1_000_000);
    const jobId = newId<JobId>();
    const read: string[] = [];
    let limited = true;
    const connector = rowsConnector({
      async *limited(since) {
        for await (const page of inPages(rowsOf(6), 2, since)) {
          if (page.cursor === 4 && limited)
            throw new ConnectorError('rate_limited', 'slow down', { retryAfterMs: 3_600_000 });
          read.push(`limited ${page.cursor}`);
          yield page;
        }
      },
      async *other() {
        read.push('other');
        yield { upserts: rowsOf(1) };
      },
    });
    expect(await harness.run(connector, { jobId, clock })).toMatchObject({
      type: 'postponed',
      at: 1_000_000 + 3_600_000,
      reason: 'slow down',
      counts: { inserted: 3 },
    });
    expect(read).toEqual(['limited 2', 'other']);
    limited = false;
    expect((await harness.expect('completed', connector, { jobId })).counts).toMatchObject({ inserted: 7, kept: 0 });
    expect(read).toEqual(['limited 2', 'other', 'limited 4', 'limited 6']);
  });

  test('G4-14 takes rows of the same time as the cursor that came later', async () => {
    const source = new OracleSource();
    const connector = source.connector(['newest']);
    for (const id of ['a', 'b', 'c', 'd']) source.put(id, 1);
    await harness.expect('completed', connector);
    source.put('e', 1);
    source.put('a', 2);
    const { counts } = await harness.expect('completed', connector);
    expect(counts).toMatchObject({ inserted: 1, updated: 1, kept: 3 });
    expect(harness.content()).toEqual(source.truth(['newest']));
  });

  test('reads everything again, once and by itself, when the source has forgotten the cursor', async () => {
    const source = new OracleSource();
    const connector = source.connector(['changes']);
    for (const id of ['a', 'b', 'c', 'd']) source.put(id, 1);
    await harness.expect('completed', connector);
    source.put('e', 1);
    source.delete('a');
    source.forgetLog();
    const { counts } = await harness.expect('completed', connector);
    expect(counts).toMatchObject({ inserted: 1, kept: 3, deleted: 1 });
    expect(harness.content()).toEqual(source.truth(['changes']));
  });

  test('fails when the source forgets even a fresh cursor', async () => {
    const connector = rowsConnector({
      async *rows() {
        yield { upserts: rowsOf(1) };
        throw new ConnectorError('cursor_expired', 'gone');
      },
    });
    expect(await harness.run(connector)).toMatchObject({ type: 'failed', code: 'cursor_expired' });
  });

  test('G4-16 fails with the cursor unmoved when the source leads in circles', async () => {
    let pages = 0;
    const connector = rowsConnector({
      async *rows() {
        for (;;) {
          pages += 1;
          yield { upserts: rowsOf(2), cursor: 1 };
        }
      },
    });
    expect(await harness.run(connector)).toMatchObject({
      type: 'failed',
      code: 'invalid_answer',
      counts: { inserted: 2 },
    });
    expect(pages).toBeLessThan(60);
  });
});

describe('streams beside each other', () => {
  test('G4-17 a stream that fails does not keep the others from going on, and fails the job', async () => {
    const connector = rowsConnector({
      async *broken() {
        yield { upserts: rowsOf(1) };
        throw new TypeError('secret=hunter2');
      },
      good: () => inPages(rowsOf(5), 2),
    });
    expect(await harness.run(connector)).toMatchObject({
      type: 'failed',
      code: 'connector_crashed',
      message: 'The connector stopped unexpectedly (TypeError).',
      category: null,
      counts: { inserted: 6 },
    });
  });

  test('a refused credential ends all streams at once', async () => {
    let aborted = false;
    const connector = rowsConnector(
      {
        async *hanging(_since, _slice, { signal }) {
          yield { upserts: [] };
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
          aborted = true;
        },
        async *refused() {
          yield { upserts: rowsOf(1) };
          throw new ConnectorError('credential', 'The key was revoked.');
        },
      },
      { concurrency: 2 },
    );
    expect(await harness.run(connector)).toMatchObject({
      type: 'failed',
      code: 'credential_refused',
      category: 'api_key_invalid',
    });
    expect(aborted).toBe(true);
  });

  test('reads no more at once than the source allows', async () => {
    let open = 0;
    let most = 0;
    const slices = () => Promise.resolve(Array.from({ length: 20 }, (_, index) => ({ id: String(index) })));
    const connector = rowsConnector(
      {
        rows: {
          slices,
          async *read(_since, slice) {
            most = Math.max(most, ++open);
            yield { upserts: [{ id: slice!.id }] };
            open -= 1;
          },
        },
      },
      { concurrency: 3 },
    );
    expect((await harness.expect('completed', connector)).counts.inserted).toBe(20);
    expect(most).toBe(3);
  });

  test('refuses streams that cannot be told apart', async () => {
    const connector = rowsConnector({ rows: () => inPages([], 1) });
    const twice = {
      ...connector,
      discover: async (ctx: never) => (await connector.discover(ctx)).flatMap((s) => [s, s]),
    };
    expect(await harness.run(twice)).toMatchObject({ type: 'failed', code: 'invalid_answer' });
  });

  test('G4-17 a stream that is gone is dropped, with its entities', async () => {
    const one = { one: () => inPages(rowsOf(3), 2) };
    await harness.expect('completed', rowsConnector({ ...one, two: () => inPages(rowsOf(20), 10) }));
    expect((await harness.expect('completed', rowsConnector(one))).counts).toMatchObject({ kept: 3, deleted: 20 });
    expect(keys()).toEqual(['one/k0000', 'one/k0001', 'one/k0002']);
  });

  test('a discovery that fails drops nothing', async () => {
    await harness.expect('completed', rowsConnector({ one: () => inPages(rowsOf(3), 2) }));
    const connector = rowsConnector({});
    const lost = { ...connector, discover: () => Promise.reject(new ConnectorError('unavailable', 'down')) };
    expect(await harness.run(lost)).toMatchObject({ type: 'failed', code: 'source_unavailable' });
    expect(keys()).toHaveLength(3);
  });
});

describe('records that cannot be taken', () => {
  test('G4-12 are counted, said, and kept in their last version; the rest is synced', async () => {
    let poison: unknown = 1;
    const connector = rowsConnector({
      async *rows() {
        yield {
          upserts: [
            { id: 'bad', value: poison },
            { id: 'good', value: poison === 1 ? 1 : 2 },
          ],
        };
      },
    });
    await harness.expect('completed', connector);
    poison = 'x'.repeat(10_000_001);
    const { counts, held } = await harness.expect('completed', connector);
    expect(counts).toMatchObject({ updated: 1, kept: 1, deleted: 0, failed: 1 });
    expect(held).toEqual([]);
    expect(harness.content()).toEqual({ 'rows/bad': { id: 'bad', value: 1 }, 'rows/good': { id: 'good', value: 2 } });
    expect(harness.failures()).toMatchObject([{ key: 'bad', code: 'too_large' }]);
  });

  test('without a key hold the sweep: the missing record may be the one that failed', async () => {
    let rows: readonly object[] = [{ id: 'a' }, { id: 'b' }];
    const connector = rowsConnector({
      async *rows() {
        yield { upserts: rows as never };
      },
    });
    await harness.expect('completed', connector);
    rows = [{ id: 'a' }, { broken: true }];
    expect(await harness.run(connector)).toMatchObject({
      type: 'completed',
      held: [{ stream: 'rows', unseen: 1, total: 2 }],
      counts: { failed: 1, deleted: 0 },
    });
    expect((await harness.expect('completed', connector, { sweepConfirmed: true })).counts.deleted).toBe(1);
  });
});
