import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { SourceWriter } from '../collection-store/port.ts';
import { newId } from '../lib/ids.ts';
import type { JobId } from '../lib/ids.ts';
import { inPages, rowsConnector, rowsOf } from './testing/rows-connector.ts';
import type { RunOptions } from './testing/sync-harness.ts';
import { stopper, SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

class Death extends Error {}

/** A process that dies when it handles one of the records: nothing is written afterwards, not even by a `finally`. */
function dyingOf(poison: ReadonlySet<string>, counts = { notes: 0, pages: 0 }): (writer: SourceWriter) => SourceWriter {
  return (writer) => {
    let dead = false;
    const alive = <T>(work: () => Promise<T>): Promise<T> => (dead ? Promise.reject(new Death()) : work());
    return {
      fence: writer.fence,
      beginRun: (start) => alive(() => writer.beginRun(start)),
      apply(page) {
        counts.pages += 1;
        if (page.upserts.some(({ key }) => poison.has(key))) dead = true;
        return alive(() => writer.apply(page));
      },
      unseen: (stream) => alive(() => writer.unseen(stream)),
      sweep: (stream) => writer.sweep(stream),
      forgetCursors: (stream) => alive(() => writer.forgetCursors(stream)),
      streams: () => alive(() => writer.streams()),
      dropStream: (stream) => writer.dropStream(stream),
      size: () => alive(() => writer.size()),
      setNote(note) {
        counts.notes += 1;
        return alive(() => writer.setNote(note));
      },
      endRun: () => alive(() => writer.endRun()),
    };
  };
}

const source = (rows = rowsOf(50), pageSize = 20): Connector =>
  rowsConnector({ rows: (since) => inPages(rows, pageSize, since) });

/** Attempts of one job, each after the death of the one before; gives how many workers died. */
async function untilCompleted(
  connector: Connector,
  options: RunOptions & { readonly wrap: (writer: SourceWriter) => SourceWriter },
): Promise<number> {
  const jobId = newId<JobId>();
  for (let deaths = 0; deaths < 12; deaths += 1) {
    const outcome = await harness.run(connector, { jobId, stalledAttempts: deaths, ...options });
    if (outcome.type === 'completed') return deaths;
    expect(outcome).toMatchObject({ type: 'failed', code: 'store_failed' });
  }
  throw new Error('it never completes');
}

const stored = () => Object.keys(harness.content());
const allBut = (...keys: string[]) =>
  rowsOf(50)
    .map((row) => `rows/${row.id}`)
    .filter((place) => !keys.some((key) => place.endsWith(key)));

describe('G4-23 a record that kills its worker', () => {
  test('G4-23 is left out after three deaths with it in hand, counted with its key, and all others are stored', async () => {
    const deaths = await untilCompleted(source(), { wrap: dyingOf(new Set(['k0027'])) });
    // The first one went on its way as always, so nobody knows what it died of.
    expect(deaths).toBe(1 + 3);
    expect(stored()).toEqual(allBut('k0027'));
    expect(harness.failures()).toEqual([
      { key: 'k0027', code: 'quarantined', message: expect.stringContaining('full sync') },
    ]);
  });

  test('G4-23 does not hide a second one, in the same page or a later one', async () => {
    const poison = new Set(['k0003', 'k0004', 'k0049']);
    await untilCompleted(source(), { wrap: dyingOf(poison) });
    expect(stored()).toEqual(allBut(...poison));
    expect(harness.failures()).toHaveLength(3);
  });

  test('G4-23 keeps the version of it that is stored already', async () => {
    await harness.expect('completed', source());
    const changed = rowsOf(50, 'new');
    await untilCompleted(source(changed), { wrap: dyingOf(new Set(['k0027'])) });
    expect(harness.content()['rows/k0027']).toEqual({ id: 'k0027', value: 0 });
    expect(harness.content()['rows/k0028']).toEqual({ id: 'k0028', value: 'new' });
  });

  test('G4-23 kills nobody in later jobs, until a full sync tries it again', async () => {
    const wrap = dyingOf(new Set(['k0027']));
    await untilCompleted(source(), { wrap });
    expect(await harness.expect('completed', source(), { wrap })).toMatchObject({ counts: { failed: 1, kept: 49 } });
    expect(await untilCompleted(source(), { wrap, full: true })).toBe(1 + 3);
    await harness.expect('completed', source(), { full: true });
    expect(stored()).toEqual(allBut());
    expect(await harness.expect('completed', source())).toMatchObject({ counts: { failed: 0 } });
  });
});

test('G4-23 a record that was in hand when its worker died of something else is stored by the next attempt, and is no suspect', async () => {
  for (let round = 0; round < 4; round += 1) {
    const jobId = newId<JobId>();
    const rows = rowsOf(50, round);
    const dies = { jobId, stalledAttempts: 1, wrap: dyingOf(new Set(['k0027'])) };
    expect(await harness.run(source(rows), dies)).toMatchObject({ type: 'failed' });
    await harness.expect('completed', source(rows), { jobId });
  }
  expect(harness.failures()).toEqual([]);
});

test('G4-23 a stop in order is no death', async () => {
  const jobId = newId<JobId>();
  for (let round = 0; round < 4; round += 1) {
    const { signal, stop } = stopper();
    const wrap = (writer: SourceWriter): SourceWriter => {
      const { apply } = dyingOf(new Set())(writer);
      return Object.assign(dyingOf(new Set())(writer), {
        apply: (page: Parameters<typeof apply>[0]) => {
          if (page.upserts.some(({ key }) => key === 'k0027')) stop('interrupted');
          return Promise.reject(new Death());
        },
      });
    };
    await harness.run(source(), { jobId, stalledAttempts: 1, signal, wrap });
  }
  expect(await harness.expect('completed', source(), { jobId })).toMatchObject({ counts: { inserted: 50, failed: 0 } });
});

test('nothing is written as long as nobody dies', async () => {
  const counts = { notes: 0, pages: 0 };
  await harness.expect('completed', source(), { wrap: dyingOf(new Set(), counts) });
  await harness.expect('completed', source(), { full: true, wrap: dyingOf(new Set(), counts) });
  // Three pages and the end, twice.
  expect(counts).toEqual({ notes: 0, pages: 2 * 4 });
});

test('deletes, presence and the cursor of a page that is taken apart count as before', async () => {
  await harness.expect('completed', source());
  const connector = rowsConnector({
    rows: {
      incremental: true,
      async *read() {
        yield {
          upserts: [
            { id: 'k0001', value: 1 },
            { id: 'k0002', value: 1 },
          ],
          deletes: ['k0002', 'k0003'],
          cursor: 7,
        };
      },
    },
  });
  const outcome = await harness.expect('completed', connector, { stalledAttempts: 1 });
  expect(outcome.counts).toMatchObject({ failed: 0 });
  expect(harness.content()['rows/k0001']).toEqual({ id: 'k0001', value: 1 });
  expect(stored()).not.toContain('rows/k0002');
  expect(stored()).not.toContain('rows/k0003');
});
