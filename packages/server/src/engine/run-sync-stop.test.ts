import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { collectionPath } from '../collection-store/sqlite/files.ts';
import { systemClock } from '../lib/clock.ts';
import type { StopReason } from './outcome.ts';
import { inPages, rowsConnector, rowsOf } from './testing/rows-connector.ts';
import { stopper, SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

const forever = (): Promise<never> => new Promise(() => undefined);
/** The promise is that a cancellation takes effect within five seconds, wherever the job is. */
const PROMPTLY = { timeout: 5_000 };

describe('a stop', () => {
  test.each<[StopReason, string]>([
    ['cancelled', 'cancelled'],
    ['interrupted', 'interrupted'],
    ['fenced', 'fenced'],
  ])('for the reason %s ends as %s', async (reason, type) => {
    const { signal, stop } = stopper();
    const connector = rowsConnector({ rows: () => inPages(rowsOf(10), 1) });
    expect(await harness.run(connector, { signal, onProgress: () => stop(reason) })).toMatchObject({ type });
  });

  test(
    'G4-24 is prompt while the source hangs in the middle of a stream, and lets it close what it opened',
    PROMPTLY,
    async () => {
      const { signal, stop } = stopper();
      let closed = false;
      const connector = rowsConnector({
        async *rows(_since, _slice, ctx) {
          try {
            yield { upserts: rowsOf(1) };
            await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('aborted'))));
          } finally {
            closed = true;
          }
        },
      });
      const running = harness.run(connector, {
        signal,
        clock: systemClock,
        onProgress: () => setImmediate(stop, 'cancelled'),
      });
      expect(await running).toMatchObject({ type: 'cancelled', counts: { inserted: 1 } });
      expect(closed).toBe(true);
    },
  );

  test('G4-24 is prompt although the source does not listen', PROMPTLY, async () => {
    const { signal, stop } = stopper();
    const connector = rowsConnector({
      async *rows() {
        setImmediate(stop, 'cancelled');
        yield { upserts: await forever() };
      },
    });
    expect(await harness.run(connector, { signal, clock: systemClock })).toMatchObject({ type: 'cancelled' });
  });

  test.each(['discover', 'slices'] as const)('G4-24 is prompt while %s hangs', PROMPTLY, async (where) => {
    const { signal, stop } = stopper();
    const hang = (): Promise<never> => {
      setImmediate(stop, 'cancelled');
      return forever();
    };
    const read = () => inPages([], 1);
    const connector = rowsConnector({ rows: where === 'slices' ? { read, slices: hang } : read });
    const hanging = where === 'discover' ? { ...connector, discover: hang } : connector;
    expect(await harness.run(hanging, { signal, clock: systemClock })).toMatchObject({ type: 'cancelled' });
  });

  test('G4-24 is prompt while the job waits for a source that is down', PROMPTLY, async () => {
    const { signal, stop } = stopper();
    const connector = rowsConnector({
      async *rows() {
        setImmediate(stop, 'cancelled');
        yield { upserts: [] };
        throw new ConnectorError('rate_limited', 'wait', { retryAfterMs: 29_000 });
      },
    });
    expect(await harness.run(connector, { signal, clock: systemClock })).toMatchObject({ type: 'cancelled' });
  });

  test('G4-24 interrupts a sweep between two of its steps, and the next job finishes it', async () => {
    let rows = rowsOf(5_000);
    const connector = rowsConnector({ rows: () => inPages(rows, 1_000) });
    await harness.expect('completed', connector);
    rows = rowsOf(1_000);
    const { signal, stop } = stopper();
    const stopped = await harness.expect('cancelled', connector, {
      signal,
      sweepConfirmed: true,
      onProgress: ({ counts }) => counts.deleted >= 1_000 && stop('cancelled'),
    });
    expect(stopped.counts.deleted).toBe(1_000);
    expect((await harness.expect('completed', connector, { sweepConfirmed: true })).counts.deleted).toBe(3_000);
  });

  test('lets timers and messages through between two pages, however fast the source is', async () => {
    let turns = 0;
    const count = (): NodeJS.Immediate => setImmediate(() => (turns++, (timer = count())));
    let timer = count();
    await harness.expect('completed', rowsConnector({ rows: () => inPages(rowsOf(50), 1) }));
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(50);
  });
});

describe('a store that refuses', () => {
  test('G4-3 a worker that lost its lease writes nothing more', async () => {
    const connector = rowsConnector({
      async *rows() {
        yield { upserts: rowsOf(1) };
        await harness.writers.claim(harness.collectionId, harness.sourceConnectionId, 0);
        yield { upserts: rowsOf(2) };
        yield { upserts: rowsOf(3) };
      },
    });
    expect(await harness.run(connector)).toEqual({ type: 'fenced' });
    expect(Object.keys(harness.content()).length).toBeLessThan(3);
  });

  test('G4-25 a collection that was deleted ends the job', async () => {
    const connector = rowsConnector({
      async *rows() {
        yield { upserts: rowsOf(1) };
        rmSync(collectionPath(harness.dataDir, harness.collectionId));
        yield { upserts: rowsOf(2) };
      },
    });
    expect(await harness.run(connector)).toMatchObject({ type: 'cancelled' });
  });

  test('G4-22 a full disk fails the job cleanly, and the next one goes on', async () => {
    let full = true;
    const connector = rowsConnector({ rows: { incremental: true, read: (since) => inPages(rowsOf(6), 2, since) } });
    const outcome = await harness.run(connector, {
      wrap: (writer) => ({
        ...writer,
        fence: writer.fence,
        beginRun: (start) => writer.beginRun(start),
        forgetCursors: (stream) => writer.forgetCursors(stream),
        apply: (page) => {
          if (!full || page.cursor === undefined || page.upserts[0]?.key !== 'k0002') return writer.apply(page);
          return Promise.reject(Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' }));
        },
      }),
    });
    expect(outcome).toMatchObject({
      type: 'failed',
      code: 'store_failed',
      message: expect.stringContaining('SQLITE_FULL'),
      counts: { inserted: 2 },
    });
    full = false;
    expect((await harness.expect('completed', connector)).counts).toMatchObject({ inserted: 4, kept: 0 });
  });
});

test('a connector that yields no pages at all fails as crashed, not as the service', async () => {
  const connector = rowsConnector({
    async *rows() {
      yield z.any().parse('not a page') as never;
    },
  });
  expect(await harness.run(connector)).toMatchObject({ type: 'failed', code: 'connector_crashed' });
});
