import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { newId } from '../lib/ids.ts';
import type { JobId } from '../lib/ids.ts';
import type { SyncProgress } from './outcome.ts';
import { inPages, rowsConnector, rowsOf } from './testing/rows-connector.ts';
import type { Row } from './testing/rows-connector.ts';
import { stopper, SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

const size = (): number => Object.keys(harness.content()).length;

describe('a listing that is not complete never deletes', () => {
  test('G4-18 after a fault', async () => {
    let broken = false;
    const connector = rowsConnector({
      async *rows() {
        yield { upserts: rowsOf(broken ? 2 : 10) };
        if (broken) throw new ConnectorError('invalid_answer', 'HTML instead of JSON');
      },
    });
    await harness.expect('completed', connector);
    broken = true;
    await harness.expect('failed', connector);
    expect(size()).toBe(10);
    broken = false;
    expect((await harness.expect('completed', connector)).counts).toMatchObject({ kept: 10, deleted: 0 });
  });

  test('G4-18 after a fault of one slice of several', async () => {
    let broken = false;
    const connector = rowsConnector({
      rows: {
        slices: () => Promise.resolve([{ id: 'a' }, { id: 'b' }]),
        async *read(_since, slice) {
          if (broken && slice?.id === 'b') throw new ConnectorError('invalid_answer', 'no');
          if (!broken) yield { upserts: [{ id: `${slice?.id}1` }, { id: `${slice?.id}2` }] };
        },
      },
    });
    await harness.expect('completed', connector);
    broken = true;
    await harness.expect('failed', connector);
    expect(size()).toBe(4);
  });

  test('G4-24 after a cancellation, at every page', async () => {
    const connector = rowsConnector({ rows: (since) => inPages(rowsOf(10), 2, since) });
    await harness.expect('completed', connector);
    for (let page = 1; page <= 6; page++) {
      const { signal, stop } = stopper();
      let pages = 0;
      const onProgress = (): void => {
        pages += 1;
        if (pages === page) stop('cancelled');
      };
      expect(await harness.run(connector, { signal, onProgress })).toEqual({
        type: 'cancelled',
        counts: expect.objectContaining({ kept: Math.min(10, 2 * page), deleted: 0 }),
      });
      expect(pages).toBe(page);
    }
    expect((await harness.expect('completed', connector)).counts).toMatchObject({ kept: 10, deleted: 0 });
  });
});

describe('a read that goes on in the middle of an older job', () => {
  /** Reads rows from a position on, then names all keys if it is of that kind, and says that it named everything. */
  const source = (isThere: (row: Row) => boolean, names: 'rows' | 'keys') => {
    const reads: (number | undefined)[] = [];
    const connector = rowsConnector({
      rows: {
        incremental: true,
        async *read(since) {
          reads.push(since);
          for await (const page of since === 99 ? [] : inPages(rowsOf(8), 2, since))
            yield { ...page, upserts: page.upserts.filter(isThere) };
          const left = rowsOf(8).filter(isThere);
          const present = names === 'keys' ? left.map((row) => row.id) : [];
          yield { upserts: [], present, cursor: 99, complete: true };
        },
      },
    });
    return { reads, connector };
  };

  test.each([
    ['18 is not believed, since it has not named what the older one named', 'rows', [undefined, 4, undefined]],
    ['18 is believed when it lists the keys', 'keys', [undefined, 4]],
  ] as const)('%s', async (_, names, expected) => {
    let gone = '';
    const { connector, reads } = source((row) => row.id !== gone, names);
    const { signal, stop } = stopper();
    const onProgress = ({ counts }: SyncProgress): unknown => counts.inserted >= 4 && stop('cancelled');
    await harness.expect('cancelled', connector, { signal, onProgress });
    gone = 'k0001';
    const { counts } = await harness.expect('completed', connector);
    expect(counts).toMatchObject({ inserted: 4, deleted: 1 });
    expect(size()).toBe(7);
    expect(reads).toEqual(expected);
  });
});

describe('a record that was read before a stream is read from its start again, and is gone by then', () => {
  /** Tells deletes only by naming everything once; `again` comes in the middle of the first read of the second job. */
  const source = (again: () => unknown) => {
    let read = 0;
    return rowsConnector({
      rows: {
        incremental: true,
        async *read(since) {
          read += 1;
          if (read === 2) {
            yield { upserts: [{ id: 'gone', value: 2 }], ...(since !== undefined && { cursor: since + 1 }) };
            throw again();
          }
          const named = read === 1 ? rowsOf(3).concat({ id: 'gone' }) : rowsOf(3);
          yield { upserts: named, cursor: 10 * read, complete: true };
        },
      },
    });
  };

  test.each([
    ['since its cursor has expired', false, () => new ConnectorError('cursor_expired', 'too old')],
    ['since a fault came before the first cursor', true, () => new ConnectorError('unavailable', 'down')],
  ] as const)('G4-18 is deleted: %s', async (_, full, again) => {
    const connector = source(again);
    await harness.expect('completed', connector);
    expect((await harness.expect('completed', connector, { full })).counts).toMatchObject({ deleted: 1 });
    expect(Object.keys(harness.content())).not.toContain('rows/gone');
  });
});

describe('the brake', () => {
  test('G4-18 holds a sweep of more than half, says so each time, and lets it go when confirmed', async () => {
    let rows = rowsOf(100);
    const connector = rowsConnector({ rows: (since) => inPages(rows, 30, since) });
    await harness.expect('completed', connector);
    rows = rowsOf(40);
    for (let job = 0; job < 2; job++) {
      const { held, counts } = await harness.expect('completed', connector);
      expect(held).toEqual([{ stream: 'rows', unseen: 60, total: 100 }]);
      expect(counts).toMatchObject({ kept: 40, deleted: 0 });
    }
    const confirmed = await harness.expect('completed', connector, { sweepConfirmed: true });
    expect(confirmed).toMatchObject({ held: [], counts: { kept: 40, deleted: 60 } });
    expect(size()).toBe(40);
  });

  test('G4-18 remembers a held sweep of a source of changes, which names the missing only in a full read', async () => {
    let rows = rowsOf(100);
    const connector = rowsConnector({
      rows: {
        incremental: true,
        async *read(since) {
          if (since === undefined) yield { upserts: rows.slice(0, 90), cursor: 1 };
          if (since === undefined) yield { upserts: rows.slice(90), cursor: 2, complete: true };
          else yield { upserts: rows.slice(0, 1), cursor: since + 1 };
        },
      },
    });
    await harness.expect('completed', connector);
    rows = rowsOf(40, 1);
    const held = [{ stream: 'rows', unseen: 60, total: 100 }];
    expect((await harness.expect('completed', connector, { full: true })).held).toEqual(held);
    rows = rowsOf(40, 2);
    const next = await harness.expect('completed', connector);
    expect(next).toMatchObject({ held, counts: { updated: 1, kept: 0, deleted: 0 } });
    const confirmed = await harness.expect('completed', connector, { sweepConfirmed: true });
    expect(confirmed).toMatchObject({ held: [], counts: { updated: 39, kept: 1, deleted: 60 } });
    expect(await harness.expect('completed', connector)).toMatchObject({ held: [], counts: { kept: 1 } });
    expect(size()).toBe(40);
  });

  test('G4-17 holds the drop of a large stream that is gone', async () => {
    const one = { one: () => inPages(rowsOf(3), 2) };
    await harness.expect('completed', rowsConnector({ ...one, two: () => inPages(rowsOf(30), 10) }));
    const { held } = await harness.expect('completed', rowsConnector(one));
    expect(held).toEqual([{ stream: 'two', unseen: 30, total: 30 }]);
    await harness.expect('completed', rowsConnector(one), { sweepConfirmed: true });
    expect(size()).toBe(3);
  });
});

describe('slices', () => {
  test('a slice that goes takes its records along, and starts anew when it comes back', async () => {
    let slices = ['a', 'b'];
    const reads: string[] = [];
    const connector = rowsConnector({
      rows: {
        incremental: true,
        deletes: 'listing',
        slices: () => Promise.resolve(slices.map((id) => ({ id }))),
        async *read(since, slice) {
          reads.push(`${slice?.id} ${since}`);
          const row: Row = { id: `${slice?.id}1` };
          yield since === undefined ? { upserts: [row], cursor: 1 } : { upserts: [], present: [row.id], cursor: 1 };
        },
      },
    });
    await harness.expect('completed', connector);
    slices = ['b'];
    expect((await harness.expect('completed', connector)).counts).toMatchObject({ kept: 1, deleted: 1 });
    slices = ['a', 'b'];
    expect((await harness.expect('completed', connector)).counts).toMatchObject({ kept: 1, inserted: 1 });
    expect(reads).toEqual(['a undefined', 'b undefined', 'b 1', 'a undefined', 'b 1']);
    expect(Object.keys(harness.content())).toEqual(['rows/a1', 'rows/b1']);
  });

  test('those that have ended are not read again by another attempt of the job', async () => {
    let broken = true;
    const reads: string[] = [];
    const connector = rowsConnector({
      rows: {
        slices: () => Promise.resolve([{ id: 'a' }, { id: 'b' }]),
        async *read(_since, slice) {
          reads.push(`${slice?.id}`);
          if (broken && slice?.id === 'b') throw new ConnectorError('rate_limited', 'wait', { retryAfterMs: 60_000 });
          yield { upserts: [{ id: `${slice?.id}1` }] };
        },
      },
    });
    const jobId = newId<JobId>();
    await harness.expect('postponed', connector, { jobId });
    broken = false;
    expect((await harness.expect('completed', connector, { jobId })).counts).toMatchObject({ inserted: 2 });
    expect(reads).toEqual(['a', 'b', 'b']);
  });
});
