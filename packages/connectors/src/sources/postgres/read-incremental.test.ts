import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { handClock, readPages, rowsByKey } from '../../testing/connector-probe.ts';
import { ids, stored, testDatabase } from './testing-database.ts';

const { server, sql, stream } = testDatabase();

describe('changes', () => {
  const clock = handClock();
  const incremental = (name: string, more: object = {}) =>
    stream(name, { cursorField: 'updated_at', clock, config: { lookback_seconds: 60, ...more } });
  const lastCursor = (pages: readonly Page<JsonObject>[]) => stored(pages.at(-1)?.cursor);

  beforeAll(async () => {
    await sql(`CREATE TABLE note (id int PRIMARY KEY, body text, updated_at timestamptz NOT NULL);
      INSERT INTO note SELECT i, 'b', now() - (1000 - i) * interval '1 hour' FROM generate_series(1, 500) i`);
  });

  test('come alone after the first read, and what was deleted is missing among the keys', async () => {
    const one = await incremental('public.note');
    const first = await readPages(one);
    expect(ids(first)).toHaveLength(500);
    expect(first.at(-1)).toMatchObject({ complete: true, cursor: { phase: 'changes' } });
    await sql(`UPDATE note SET body = 'new', updated_at = now() WHERE id = 17; DELETE FROM note WHERE id = 18;
      INSERT INTO note VALUES (501, 'x', now())`);
    const second = await readPages(one, one.parseCursor(lastCursor(first)));
    expect(ids(second)).toEqual([17, 500, 501]);
    expect(second.at(-1)?.complete).toBe(true);
    const present = second.flatMap((page) => page.present ?? []);
    expect(new Set(present)).toEqual(
      new Set(Array.from({ length: 501 }, (_, at) => String(at + 1)).filter((id) => id !== '18')),
    );
  });

  test('G4-14 never lose rows with the same time, however pages and reads fall', async () => {
    await sql(`CREATE TABLE same (id int PRIMARY KEY, updated_at timestamptz NOT NULL);
      INSERT INTO same SELECT i, '2024-01-01' FROM generate_series(1, 10) i`);
    const one = await incremental('public.same', { lookback_seconds: 0 });
    const first = await readPages(one);
    await sql(`INSERT INTO same SELECT i, '2024-01-01' FROM generate_series(11, 2500) i`);
    const second = await readPages(one, lastCursor(first));
    expect(ids(second)).toHaveLength(2_500);
    const middle = second.find((page) => page.cursor !== undefined);
    expect(middle?.cursor).toMatchObject({ pass: { at: ['2024-01-01 00:00:00+00', '1000'] } });
    const resumed = await readPages(one, stored(middle?.cursor));
    expect(new Set([...ids(second.slice(0, 1)), ...ids(resumed)]).size).toBe(2_500);
    expect(ids(resumed.slice(0, 2))).toHaveLength(1_500);
    await sql(`INSERT INTO same VALUES (5000, '2024-01-01')`);
    expect(ids(await readPages(one, lastCursor(resumed)))).toContain(5_000);
  });

  test('G4-13 of rows that are moved behind the reader are found by the next read', async () => {
    await sql(`CREATE TABLE drift (id int PRIMARY KEY, body text, updated_at timestamptz NOT NULL);
      INSERT INTO drift SELECT i, repeat('x', 4000), now() - interval '1 day' FROM generate_series(1, 5000) i`);
    const one = await incremental('public.drift');
    const pages: Page<JsonObject>[] = [];
    for await (const page of one.read(undefined)) {
      if (pages.length === 0) await sql(`UPDATE drift SET body = 'moved', updated_at = now() WHERE id IN (1, 4999)`);
      pages.push(page);
    }
    const all = rowsByKey(one, [...pages, ...(await readPages(one, lastCursor(pages)))]);
    expect([all.size, all.get('1')?.['body'], all.get('4999')?.['body']]).toEqual([5_000, 'moved', 'moved']);
  });

  test('are found of transactions that were open when the last read looked', async () => {
    const slow = new pg.Client({ connectionString: server().url });
    await slow.connect();
    await sql(
      `CREATE TABLE late (id int PRIMARY KEY, updated_at timestamptz NOT NULL); INSERT INTO late VALUES (1, now())`,
    );
    const one = await incremental('public.late', { lookback_seconds: 0 });
    await slow.query('BEGIN; INSERT INTO late VALUES (2, now())');
    await sql('INSERT INTO late VALUES (3, clock_timestamp())');
    const first = await readPages(one);
    expect(ids(first)).toEqual([1, 3]);
    await slow.query('COMMIT');
    await slow.end();
    expect(ids(await readPages(one, lastCursor(first)))).toContain(2);
  });

  test('G4-15 are not hidden by a row from the future', async () => {
    await sql(`CREATE TABLE future (id int PRIMARY KEY, updated_at timestamptz NOT NULL);
      INSERT INTO future VALUES (1, now() - interval '1 day'), (2, '2999-01-01')`);
    const one = await incremental('public.future');
    const first = await readPages(one);
    await sql('INSERT INTO future VALUES (3, now())');
    expect(ids(await readPages(one, lastCursor(first)))).toContain(3);
  });

  test('of rows without a time are found too', async () => {
    await sql(
      `CREATE TABLE timeless (id int PRIMARY KEY, updated_at timestamptz); INSERT INTO timeless VALUES (1, now()), (2, NULL)`,
    );
    const one = await incremental('public.timeless');
    const first = await readPages(one);
    await sql('INSERT INTO timeless VALUES (3, NULL)');
    expect(ids(await readPages(one, lastCursor(first)))).toEqual([1, 2, 3]);
  });

  test('begin with everything when the table was empty', async () => {
    await sql('CREATE TABLE born (id int PRIMARY KEY, updated_at timestamptz NOT NULL)');
    const one = await incremental('public.born');
    const first = await readPages(one);
    await sql(`INSERT INTO born VALUES (1, '2001-01-01')`);
    expect(ids(await readPages(one, lastCursor(first)))).toEqual([1]);
  });

  test('by a number look back to what was highest some time ago', async () => {
    await sql(
      'CREATE TABLE counted (id serial PRIMARY KEY); INSERT INTO counted SELECT i FROM generate_series(1, 10) i',
    );
    const options = { cursorField: 'id', clock, config: { lookback_seconds: 60 } };
    const one = await stream('public.counted', options);
    const first = await readPages(one);
    clock.set(clock.now() + 10_000);
    await sql('INSERT INTO counted VALUES (15)');
    const second = await readPages(one, lastCursor(first));
    expect(ids(second)).toEqual([10, 15]);
    clock.set(clock.now() + 20_000);
    await sql('INSERT INTO counted VALUES (12)');
    expect(ids(await readPages(one, lastCursor(second)))).toEqual([10, 12, 15]);
    clock.set(clock.now() + 100_000);
    expect(ids(await readPages(one, lastCursor(second)))).toEqual([15]);
  });

  test('list the keys daily or never when that is asked', async () => {
    const daily = await incremental('public.note', { delete_detection: 'daily' });
    const first = await readPages(daily);
    const soon = await readPages(daily, lastCursor(first));
    expect(soon.flatMap((page) => page.present ?? [])).toEqual([]);
    expect(soon.at(-1)?.complete).toBeUndefined();
    clock.set(clock.now() + 86_400_000);
    const later = await readPages(daily, lastCursor(soon));
    expect(later.flatMap((page) => page.present ?? [])).toHaveLength(500);
    const never = await incremental('public.note', { delete_detection: 'never' });
    const unswept = await readPages(never);
    expect([...unswept, ...(await readPages(never, lastCursor(unswept)))].some((page) => page.complete)).toBe(false);
  });

  test('do not call a snapshot complete that an earlier job began', async () => {
    const one = await incremental('public.drift');
    const pages = await readPages(one);
    const rest = await readPages(one, stored(pages[1]?.cursor));
    expect(rest.at(-1)?.complete).toBe(true);
    expect(rest.flatMap((page) => page.present ?? [])).toHaveLength(5_000);
    expect(rowsByKey(one, [...pages.slice(0, 2), ...rest]).size).toBe(5_000);
  });

  test('refuse a cursor of another column', async () => {
    const one = await incremental('public.note');
    const cursor = lastCursor(await readPages(one)) as object;
    expect(() => one.parseCursor({ ...cursor, column: 'id' })).toThrow();
  });
});
