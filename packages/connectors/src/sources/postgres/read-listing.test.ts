import { describe, expect, test } from 'vitest';
import { readPages, rowsByKey } from '../../testing/connector-probe.ts';
import { stored, testDatabase, upserts } from './testing-database.ts';

const { sql, stream } = testDatabase();

describe('a listing', () => {
  test('goes on from every page to the whole table, in ranges over two connections', async () => {
    await sql(`CREATE TABLE large (a int, b text, body text, PRIMARY KEY (a, b));
      INSERT INTO large SELECT i % 97, 'k' || i, repeat(md5(i::text), 60) FROM generate_series(1, 36000) i;`);
    const one = await stream('public.large');
    const pages = await readPages(one);
    const [first] = pages;
    expect((first!.cursor as { ranges: unknown[] }).ranges).toHaveLength(2);
    expect(Math.max(...pages.map((page) => page.upserts.length))).toBeLessThanOrEqual(1_000);
    const whole = rowsByKey(one, pages);
    expect(whole.size).toBe(36_000);
    expect(upserts(pages)).toHaveLength(36_000);
    for (const at of [0, 1, 7, pages.length - 2, pages.length - 1]) {
      const rest = await readPages(one, one.parseCursor(stored(pages[at]?.cursor)));
      expect(rowsByKey(one, [...pages.slice(0, at + 1), ...rest]).size).toBe(36_000);
      expect(upserts(rest)).toHaveLength(36_000 - upserts(pages.slice(0, at + 1)).length);
    }
  });

  test('joins composite keys so that none looks like another', async () => {
    await sql(`CREATE TABLE pairs (a text, b text, PRIMARY KEY (a, b));
      INSERT INTO pairs VALUES ('x', 'y,z'), ('x,y', 'z'), ('x"', '\\'), ('', '')`);
    const one = await stream('public.pairs');
    const keys = rowsByKey(one, await readPages(one));
    expect([...keys.keys()].toSorted()).toEqual(['["",""]', '["x","y,z"]', '["x,y","z"]', '["x\\"","\\\\"]']);
  });

  test('gives rows without a key a stable one, and numbers doubles', async () => {
    await sql(
      `CREATE TABLE keyless (n int, t text); INSERT INTO keyless VALUES (1, 'a'), (2, 'b'), (1, 'a'), (1, 'a')`,
    );
    const one = await stream('public.keyless');
    const first = rowsByKey(one, await readPages(one));
    const again = rowsByKey(one, await readPages(one));
    expect(first.size).toBe(4);
    expect([...again.keys()]).toEqual([...first.keys()]);
    expect([...first.values()].map((row) => one.fields?.(row))).toContainEqual({ n: 2, t: 'b' });
    expect([...first.keys()].filter((key) => key.endsWith('-3'))).toHaveLength(1);
  });

  test('sees one moment, whatever is written meanwhile', async () => {
    await sql(`CREATE TABLE moving (id int PRIMARY KEY, body text);
      INSERT INTO moving SELECT i, repeat('x', 4000) FROM generate_series(1, 20000) i`);
    const one = await stream('public.moving');
    const ids: unknown[] = [];
    for await (const page of one.read(undefined)) {
      if (ids.length === 0)
        await sql(`DELETE FROM moving WHERE id > 19000; UPDATE moving SET id = id + 100000 WHERE id < 100`);
      ids.push(...page.upserts.map((row) => row['id']));
    }
    expect(new Set(ids)).toEqual(new Set(Array.from({ length: 20_000 }, (_, at) => at + 1)));
    expect(ids).toHaveLength(20_000);
  });

  test('reads an empty table', async () => {
    await sql('CREATE TABLE void (id int PRIMARY KEY)');
    expect(upserts(await readPages(await stream('public.void')))).toEqual([]);
  });

  test('refuses a cursor of another key', async () => {
    const one = await stream('public.pairs');
    expect(() => one.parseCursor({ key: ['a'], ranges: [{}] })).toThrow();
    expect(() => one.parseCursor({ page: 2 })).toThrow();
  });
});

describe('a read', () => {
  test('tells when the table is gone', async () => {
    await sql('CREATE TABLE gone (id int PRIMARY KEY)');
    const one = await stream('public.gone');
    await sql('DROP TABLE gone');
    await expect(readPages(one)).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('The table is gone'),
    });
  });

  test('tells when the connection is lost in the middle', async () => {
    const one = await stream('public.large');
    const pages = one.read(undefined)[Symbol.asyncIterator]();
    await pages.next();
    await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tributary'`);
    const rest = async () => {
      while (!(await pages.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({ reason: 'unavailable' });
  });

  test('stops when it is aborted, and leaves no connection', async () => {
    const stop = new AbortController();
    const one = await stream('public.large', { signal: stop.signal });
    const pages = one.read(undefined)[Symbol.asyncIterator]();
    await pages.next();
    stop.abort(new Error('enough'));
    await expect(pages.next()).rejects.toThrow('enough');
    await expectNoConnection();
  });

  test('leaves no connection when its reader goes away', async () => {
    for await (const page of (await stream('public.large')).read(undefined)) {
      expect(page.upserts.length).toBeGreaterThan(0);
      break;
    }
    await expectNoConnection();
  });

  async function expectNoConnection() {
    const open = async () =>
      (await sql(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'tributary'`)).rows.length;
    await expect.poll(open).toBe(0);
  }
});
