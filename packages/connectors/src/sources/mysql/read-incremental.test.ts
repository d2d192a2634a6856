import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { handClock, readPages, rowsByKey } from '../../testing/connector-probe.ts';
import { mariadbProgram } from '../../testing/mariadb-server.ts';
import { ids, stored, testDatabase } from './testing-database.ts';

const lastCursor = (pages: readonly Page<JsonObject>[]) => stored(pages.at(-1)?.cursor);

describe.skipIf(mariadbProgram === undefined)('changes', () => {
  const { sql, connect, stream } = testDatabase();
  const clock = handClock();
  const incremental = (name: string, more: object = {}) =>
    stream(name, { cursorField: 'updated_at', clock, config: { lookback_seconds: 60, ...more } });

  beforeAll(async () => {
    await sql(`CREATE TABLE note (id int PRIMARY KEY, body text, updated_at timestamp NOT NULL);
      INSERT INTO note SELECT seq, 'b', now() - INTERVAL (1000 - seq) HOUR FROM seq_1_to_500`);
  });

  test('come alone after the first read, and what was deleted is missing among the keys', async () => {
    const one = await incremental('note');
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

  test('name nothing but the keys when nothing changed', async () => {
    await sql(`CREATE TABLE quiet (id int PRIMARY KEY, updated_at datetime NOT NULL);
      INSERT INTO quiet SELECT seq, '2024-01-01' + INTERVAL seq DAY FROM seq_1_to_100`);
    const one = await incremental('quiet', { lookback_seconds: 0 });
    const second = await readPages(one, lastCursor(await readPages(one)));
    expect(ids(second)).toEqual([100]);
    expect(second.flatMap((page) => page.present ?? [])).toHaveLength(100);
  });

  test('never lose rows with the same time, however pages and reads fall', async () => {
    await sql(`CREATE TABLE same (id int PRIMARY KEY, updated_at datetime(3) NOT NULL);
      INSERT INTO same SELECT seq, '2024-01-01' FROM seq_1_to_10`);
    const one = await incremental('same', { lookback_seconds: 0 });
    const first = await readPages(one);
    await sql(`INSERT INTO same SELECT seq, '2024-01-01' FROM seq_11_to_2500`);
    const second = await readPages(one, lastCursor(first));
    expect(ids(second)).toHaveLength(2_500);
    const middle = second.find((page) => page.cursor !== undefined);
    expect(middle?.cursor).toMatchObject({ pass: { at: ['2024-01-01 00:00:00.000', '1000'] } });
    const resumed = await readPages(one, stored(middle?.cursor));
    expect(new Set([...ids(second.slice(0, 1)), ...ids(resumed)]).size).toBe(2_500);
    expect(ids(resumed.slice(0, 2))).toHaveLength(1_500);
    await sql(`INSERT INTO same VALUES (5000, '2024-01-01')`);
    expect(ids(await readPages(one, lastCursor(resumed)))).toContain(5_000);
  });

  test('of rows that are moved behind the reader are found by the next read', async () => {
    await sql(`CREATE TABLE drift (id int PRIMARY KEY, body text, updated_at timestamp NOT NULL);
      INSERT INTO drift SELECT seq, REPEAT('x', 4000), now() - INTERVAL 1 DAY FROM seq_1_to_5000`);
    const one = await incremental('drift');
    const pages: Page<JsonObject>[] = [];
    for await (const page of one.read(undefined)) {
      if (pages.length === 0) await sql(`UPDATE drift SET body = 'moved', updated_at = now() WHERE id IN (1, 4999)`);
      pages.push(page);
    }
    const all = rowsByKey(one, [...pages, ...(await readPages(one, lastCursor(pages)))]);
    expect([all.size, all.get('1')?.['body'], all.get('4999')?.['body']]).toEqual([5_000, 'moved', 'moved']);
  });

  test('are found of transactions that were open when the last read looked', async () => {
    await sql(`CREATE TABLE late (id int PRIMARY KEY, updated_at timestamp(6) NOT NULL DEFAULT now(6));
      INSERT INTO late VALUES (1, now(6))`);
    const slow = await connect();
    await slow.query('BEGIN; INSERT INTO late (id) VALUES (2)');
    await sql(`INSERT INTO late VALUES (3, now(6) + INTERVAL 10 SECOND)`);
    const one = await incremental('late', { lookback_seconds: 0 });
    const first = await readPages(one);
    expect(ids(first)).toEqual([1, 3]);
    await slow.query('COMMIT');
    await slow.end();
    expect(ids(await readPages(one, lastCursor(first)))).toContain(2);
  });

  test('are found by looking back when the user may not see who is writing', async () => {
    await sql(`CREATE TABLE later (id int PRIMARY KEY, updated_at timestamp NOT NULL);
      INSERT INTO later VALUES (1, now() - INTERVAL 30 SECOND);
      CREATE USER modest@'%' IDENTIFIED BY 'modest'; GRANT SELECT ON test.* TO modest@'%'`);
    const one = await stream('later', {
      cursorField: 'updated_at',
      config: { lookback_seconds: 60 },
      credentials: { username: 'modest', password: 'modest' },
    });
    const first = await readPages(one);
    await sql('INSERT INTO later VALUES (2, now() - INTERVAL 80 SECOND)');
    expect(ids(await readPages(one, lastCursor(first)))).toEqual([1, 2]);
  });

  test.each(['timestamp', 'datetime', 'datetime(6)', 'date'])(
    'are not hidden by a row from the future, of type %s',
    async (type) => {
      await sql(`CREATE OR REPLACE TABLE future (id int PRIMARY KEY, updated_at ${type} NOT NULL);
        INSERT INTO future VALUES (1, now() - INTERVAL 1 DAY), (2, '2037-01-01')`);
      const one = await incremental('future', { lookback_seconds: 0 });
      const first = await readPages(one);
      await sql('INSERT INTO future VALUES (3, now())');
      expect(ids(await readPages(one, lastCursor(first)))).toContain(3);
    },
  );

  test('of rows without a time, or with the zero of old programs, are found too', async () => {
    await sql(`CREATE TABLE timeless (id int PRIMARY KEY, updated_at datetime); SET sql_mode = '';
      INSERT INTO timeless VALUES (1, now()), (2, NULL), (3, 0); SET sql_mode = DEFAULT`);
    const one = await incremental('timeless');
    const first = await readPages(one);
    await sql(`SET sql_mode = ''; INSERT INTO timeless VALUES (4, NULL), (5, 0); SET sql_mode = DEFAULT`);
    expect(ids(await readPages(one, lastCursor(first)))).toEqual([1, 2, 3, 4, 5]);
  });

  test('are found when every time is zero, or one has a month that is none', async () => {
    await sql(`CREATE TABLE zero (id int PRIMARY KEY, updated_at date NOT NULL); SET sql_mode = '';
      INSERT INTO zero VALUES (1, 0); SET sql_mode = DEFAULT`);
    const one = await incremental('zero');
    const first = await readPages(one);
    await sql(`SET sql_mode = ''; INSERT INTO zero VALUES (2, 0), (3, '2023-00-01'); SET sql_mode = DEFAULT`);
    const second = await readPages(one, lastCursor(first));
    expect(ids(second)).toEqual([1, 2, 3]);
    await sql(`INSERT INTO zero VALUES (4, '2023-01-01')`);
    expect(ids(await readPages(one, lastCursor(second)))).toEqual([1, 2, 3, 4]);
  });

  test('begin with everything when the table was empty', async () => {
    await sql('CREATE TABLE born (id int PRIMARY KEY, updated_at timestamp NOT NULL)');
    const one = await incremental('born');
    const first = await readPages(one);
    await sql(`INSERT INTO born VALUES (1, '2001-01-01')`);
    expect(ids(await readPages(one, lastCursor(first)))).toEqual([1]);
  });

  test.each(['bigint unsigned', 'decimal(30,2)'])(
    'by a number of type %s look back to what was highest',
    async (type) => {
      await sql(`CREATE OR REPLACE TABLE counted (id ${type} PRIMARY KEY);
      INSERT INTO counted SELECT seq + 9007199254740990 FROM seq_1_to_10`);
      const one = await stream('counted', { cursorField: 'id', clock, config: { lookback_seconds: 60 } });
      const read = async (since?: unknown) => {
        const pages = await readPages(one, since);
        const keys = pages.flatMap((page) =>
          page.upserts.map((row) => Number(BigInt(one.key(row).split('.')[0]!) - 9007199254740990n)),
        );
        return { pages, keys: keys.toSorted((a, b) => a - b) };
      };
      const first = await read();
      clock.set(clock.now() + 10_000);
      await sql('INSERT INTO counted VALUES (9007199254741005)');
      const second = await read(lastCursor(first.pages));
      expect(second.keys).toEqual([10, 15]);
      clock.set(clock.now() + 20_000);
      await sql('INSERT INTO counted VALUES (9007199254741002)');
      expect((await read(lastCursor(second.pages))).keys).toEqual([10, 12, 15]);
      clock.set(clock.now() + 100_000);
      expect((await read(lastCursor(second.pages))).keys).toEqual([15]);
    },
  );

  test('list the keys daily or never when that is asked', async () => {
    const daily = await incremental('note', { delete_detection: 'daily' });
    const first = await readPages(daily);
    const soon = await readPages(daily, lastCursor(first));
    expect(soon.flatMap((page) => page.present ?? [])).toEqual([]);
    expect(soon.at(-1)?.complete).toBeUndefined();
    clock.set(clock.now() + 86_400_000);
    const later = await readPages(daily, lastCursor(soon));
    expect(later.flatMap((page) => page.present ?? [])).toHaveLength(500);
    const never = await incremental('note', { delete_detection: 'never' });
    const unswept = await readPages(never);
    expect([...unswept, ...(await readPages(never, lastCursor(unswept)))].some((page) => page.complete)).toBe(false);
  });

  test('list binary and odd keys as the rows had them', async () => {
    await sql(`CREATE TABLE odd (a binary(4), b bit(3), c varchar(20), d timestamp, updated_at datetime NOT NULL,
        PRIMARY KEY (a, b, c, d));
      INSERT INTO odd VALUES (X'00', 5, 'it''s "é"', '2024-01-01 10:00:00', now()), (X'FF', 0, '', '2024-01-01', now())`);
    const one = await incremental('odd');
    const first = await readPages(one);
    const second = await readPages(one, lastCursor(first));
    const present = second.flatMap((page) => page.present ?? []);
    expect(present.toSorted()).toEqual([...rowsByKey(one, first).keys()].toSorted());
    expect(present).toHaveLength(2);
  });

  test('do not call a snapshot complete that an earlier job began', async () => {
    const one = await incremental('drift');
    const pages = await readPages(one);
    const rest = await readPages(one, stored(pages[1]?.cursor));
    expect(rest.at(-1)?.complete).toBe(true);
    expect(rest.flatMap((page) => page.present ?? [])).toHaveLength(5_000);
    expect(rowsByKey(one, [...pages.slice(0, 2), ...rest]).size).toBe(5_000);
  });

  test('refuse a cursor of another column', async () => {
    const one = await incremental('note');
    const cursor = lastCursor(await readPages(one)) as object;
    expect(() => one.parseCursor({ ...cursor, column: 'id' })).toThrow();
  });

  test('use the index of the cursor column', async () => {
    await sql('ALTER TABLE note ADD INDEX (updated_at); ANALYZE TABLE note');
    await sql(`SET GLOBAL general_log = 1, GLOBAL log_output = 'TABLE'`);
    const one = await incremental('note');
    await readPages(one, lastCursor(await readPages(one)));
    const [query] = await sql(`SELECT CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log
      WHERE argument LIKE 'SELECT%updated_at%ORDER BY \`updated_at\`%'`);
    await sql('SET GLOBAL general_log = 0');
    const [plan] = await sql(`EXPLAIN ${(query as { text: string }).text}`);
    expect(plan).toMatchObject({ key: 'updated_at' });
  });
});

describe.skipIf(mariadbProgram === undefined).each(['+05:00', '-05:00'])('on a server whose time is %s', (zone) => {
  const { sql, stream } = testDatabase({ settings: { 'default-time-zone': zone } });

  test.each(['now()', 'utc_timestamp()'])('a row from the future hides none that is written with %s', async (now) => {
    await sql(`CREATE OR REPLACE TABLE zoned (id int PRIMARY KEY, updated_at datetime NOT NULL);
      INSERT INTO zoned VALUES (1, '2037-01-01')`);
    const one = await stream('zoned', { cursorField: 'updated_at', config: { lookback_seconds: 0 } });
    const first = await readPages(one);
    await sql(`INSERT INTO zoned VALUES (2, ${now})`);
    expect(ids(await readPages(one, lastCursor(first)))).toContain(2);
  });
});
