import { describe, expect, test } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import { readPages, rowsByKey } from '../../testing/connector-probe.ts';
import { mariadbProgram } from '../../testing/mariadb-server.ts';
import { stored, testDatabase, upserts } from './testing-database.ts';

describe.skipIf(mariadbProgram === undefined)('the source mysql', () => {
  const { sql, stream } = testDatabase();

  /** Reads to the end, goes on from some of the pages, and expects every row once each time. */
  async function expectWholeFromAnywhere(one: Stream, rows: number): Promise<void> {
    const pages = await readPages(one);
    expect(Math.max(...pages.map((page) => page.upserts.length))).toBeLessThanOrEqual(1_000);
    expect([rowsByKey(one, pages).size, upserts(pages).length]).toEqual([rows, rows]);
    for (const at of new Set([0, 1, Math.floor(pages.length / 2), pages.length - 2, pages.length - 1])) {
      const rest = await readPages(one, one.parseCursor(stored(pages[at]?.cursor)));
      expect(rowsByKey(one, [...pages.slice(0, at + 1), ...rest]).size).toBe(rows);
      expect(upserts(rest)).toHaveLength(rows - upserts(pages.slice(0, at + 1)).length);
    }
  }

  const rangesOf = async (one: Stream): Promise<number> => {
    for await (const page of one.read(undefined)) return (page.cursor as { ranges: unknown[] }).ranges.length;
    return 0;
  };

  describe('a listing', () => {
    test.each([
      ['integers', 'bigint', 'CAST(seq AS SIGNED) * 1000 - 5000000000'],
      ['integers of which most lie at one end', 'int', 'IF(seq = 1, -2000000000, seq)'],
      ['text', 'char(36) CHARACTER SET ascii', 'UUID()'],
      ['text with a common beginning', 'varchar(60)', `CONCAT('customer/', LPAD(seq, 8, '0'))`],
      ['bytes', 'binary(16)', 'UNHEX(MD5(seq))'],
    ])('of a large table by %s is read in ranges and goes on from every page', async (_title, type, expression) => {
      await sql(`CREATE OR REPLACE TABLE large (a ${type}, b int, body varchar(2000) CHARACTER SET ascii, PRIMARY KEY (a, b));
        INSERT INTO large SELECT ${expression}, seq, REPEAT(MD5(seq), 60) FROM seq_1_to_20000; ANALYZE TABLE large`);
      const one = await stream('large');
      expect(await rangesOf(one)).toBeGreaterThanOrEqual(2);
      await expectWholeFromAnywhere(one, 20_000);
    });

    test.each(['utf8mb4_general_ci', 'utf8mb4_unicode_520_nopad_ci', 'utf8mb4_bin', 'latin1_swedish_ci'])(
      'goes on where it stopped when keys are sorted by %s',
      async (collation) => {
        const [charset] = collation.split('_');
        await sql(`CREATE OR REPLACE TABLE sorted (a varchar(40) CHARACTER SET ${charset} COLLATE ${collation}, b tinyint,
            c varchar(10) CHARACTER SET ${charset} COLLATE ${collation}, PRIMARY KEY (a, b, c));
          INSERT INTO sorted SELECT CONCAT(ELT(1 + seq MOD 6, 'é', 'E', 'e', 'Z ', 'ß', '_%\\\\'''), seq DIV 40), seq MOD 7,
            ELT(1 + seq MOD 3, 'a', 'A', 'ä') FROM seq_1_to_6000 ON DUPLICATE KEY UPDATE b = VALUES(b)`);
        const [row] = await sql('SELECT COUNT(*) AS n FROM sorted');
        await expectWholeFromAnywhere(await stream('sorted'), (row as { n: number }).n);
      },
    );

    test.each([
      ['decimal(30,10)', 'seq / 3'],
      ['datetime(6)', `'2024-01-01' + INTERVAL seq MICROSECOND`],
      ['timestamp', `'2024-01-01' + INTERVAL seq SECOND`],
      ['date', `'1000-01-01' + INTERVAL seq DAY`],
      ['time(3)', `SEC_TO_TIME((CAST(seq AS SIGNED) - 2000) / 100)`],
      ['year', 'seq MOD 200 + 1901'],
      ['bit(40)', 'seq * 100000'],
      ['bigint unsigned', '18446744073709551615 - seq'],
      ['uuid', 'UUID()'],
      ['inet6', `CONCAT('::', HEX(seq))`],
      ['varbinary(20)', 'UNHEX(HEX(seq * 77))'],
    ])('goes on where it stopped when keys are of type %s', async (type, expression) => {
      await sql(`CREATE OR REPLACE TABLE typed (a ${type} NOT NULL, b int, PRIMARY KEY (a, b));
        INSERT INTO typed SELECT ${expression}, seq FROM seq_1_to_3500`);
      await expectWholeFromAnywhere(await stream('typed'), 3_500);
    });

    test.each([
      ['enum', `enum('z', 'm', 'a')`, `ELT(1 + seq MOD 3, 'z', 'm', 'a')`],
      ['float', 'float', 'seq / 7'],
    ])('gives no position when keys are of type %s, and is whole all the same', async (_title, type, expression) => {
      await sql(`CREATE OR REPLACE TABLE unsorted (a ${type} NOT NULL, b int, PRIMARY KEY (a, b));
        INSERT INTO unsorted SELECT ${expression}, seq FROM seq_1_to_3000`);
      const one = await stream('unsorted');
      const pages = await readPages(one);
      expect([rowsByKey(one, pages).size, pages.every((page) => page.cursor === undefined)]).toEqual([3_000, true]);
    });

    test('joins composite keys so that none looks like another', async () => {
      await sql(`CREATE TABLE pairs (a varchar(20), b varchar(20), PRIMARY KEY (a, b)) COLLATE utf8mb4_bin;
        INSERT INTO pairs VALUES ('x', 'y,z'), ('x,y', 'z'), ('x"', '\\\\'), ('', '')`);
      const one = await stream('pairs');
      const keys = rowsByKey(one, await readPages(one));
      expect([...keys.keys()].toSorted()).toEqual(['["",""]', '["x","y,z"]', '["x,y","z"]', '["x\\"","\\\\"]']);
    });

    test('gives rows without a key a stable one, and numbers doubles', async () => {
      await sql(`CREATE TABLE keyless (n int, t text, b blob);
        INSERT INTO keyless VALUES (1, 'a', 'x'), (2, 'b', NULL), (1, 'a', 'x'), (1, 'a', 'x'), (NULL, '1', 'a'), (1, NULL, 'a')`);
      const one = await stream('keyless');
      const first = rowsByKey(one, await readPages(one));
      const again = rowsByKey(one, await readPages(one));
      expect(first.size).toBe(6);
      expect([...again.keys()]).toEqual([...first.keys()]);
      expect([...first.values()].map((row) => one.fields?.(row))).toContainEqual({ n: 2, t: 'b', b: null });
      expect([...first.keys()].filter((key) => key.endsWith('-3'))).toHaveLength(1);
    });

    test('sees one moment, whatever is written meanwhile', async () => {
      await sql(`CREATE TABLE moving (id int PRIMARY KEY, body varchar(4000));
        INSERT INTO moving SELECT seq, REPEAT('x', 4000) FROM seq_1_to_8000`);
      const one = await stream('moving', { config: { connections: 1 } });
      const seen: unknown[] = [];
      for await (const page of one.read(undefined)) {
        if (seen.length === 0)
          await sql('DELETE FROM moving WHERE id > 7000; UPDATE moving SET id = id + 100000 WHERE id < 100');
        seen.push(...page.upserts.map((row) => row['id']));
      }
      expect(new Set(seen)).toEqual(new Set(Array.from({ length: 8_000 }, (_, at) => at + 1)));
      expect(seen).toHaveLength(8_000);
    });

    test('reads an empty table and a view', async () => {
      await sql('CREATE TABLE void (id int PRIMARY KEY); CREATE VIEW few AS SELECT id FROM moving WHERE id < 103');
      expect(upserts(await readPages(await stream('void')))).toEqual([]);
      expect(upserts(await readPages(await stream('few'))).map((row) => row['id'])).toEqual([100, 101, 102]);
    });

    test('refuses a cursor of another key', async () => {
      const one = await stream('pairs');
      expect(() => one.parseCursor({ key: ['a'], ranges: [{}] })).toThrow();
      expect(() => one.parseCursor({ page: 2 })).toThrow();
    });

    test('does not let a cursor put statements into its own', async () => {
      const bad = { key: ['a', 'b'], ranges: [{ at: ['0 OR 1=1', "'; DROP TABLE pairs; --"] }] };
      await sql('CREATE OR REPLACE TABLE typed (a int, b int, PRIMARY KEY (a, b)); INSERT INTO typed VALUES (1, 1)');
      const one = await stream('typed');
      await expect(readPages(one, one.parseCursor(bad))).rejects.toThrow('not a number');
      const text = await stream('pairs');
      expect(
        upserts(await readPages(text, text.parseCursor({ key: ['a', 'b'], ranges: [{ at: ['w\\', "' OR '1"] }] }))),
      ).toHaveLength(3);
    });
  });

  describe('a read', () => {
    const connections = async () =>
      (
        await sql(`SELECT ID AS id FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND DB = 'test'`)
      ).map((row) => Number(row['id']));

    test('tells when the table is gone', async () => {
      await sql('CREATE TABLE gone (id int PRIMARY KEY)');
      const one = await stream('gone');
      await sql('DROP TABLE gone');
      await expect(readPages(one)).rejects.toMatchObject({
        reason: 'configuration',
        message: expect.stringContaining('The table is gone'),
      });
    });

    test('tells when the server kills the connection in the middle, and another one goes on from the cursor', async () => {
      await sql('CREATE OR REPLACE TABLE cut AS SELECT * FROM large; ALTER TABLE cut ADD PRIMARY KEY (b)');
      const one = await stream('cut');
      const pages = one.read(undefined)[Symbol.asyncIterator]();
      const before = [(await pages.next()).value!];
      for (const id of await connections()) await sql(`KILL CONNECTION ${id}`);
      const rest = async () => {
        for (let next = await pages.next(); !next.done; next = await pages.next()) before.push(next.value);
      };
      await expect(rest()).rejects.toMatchObject({ reason: 'unavailable' });
      const last = before.findLast((page) => page.cursor !== undefined);
      const after = await readPages(one, one.parseCursor(stored(last?.cursor)));
      expect(rowsByKey(one, [...before, ...after]).size).toBe(20_000);
      expect(upserts(after).length).toBeLessThan(20_000);
    });

    test('does not take what a query left out for the end when the query alone is killed', async () => {
      const pages = (await stream('cut', { config: { connections: 1 } })).read(undefined)[Symbol.asyncIterator]();
      await pages.next();
      for (const id of await connections()) await sql(`KILL QUERY ${id}`);
      const rest = async () => {
        while (!(await pages.next()).done);
      };
      await expect(rest()).rejects.toMatchObject({ reason: 'unavailable' });
    });

    test('stops when it is aborted, and leaves no connection', async () => {
      const stop = new AbortController();
      const pages = (await stream('cut', { signal: stop.signal })).read(undefined)[Symbol.asyncIterator]();
      await pages.next();
      stop.abort(new Error('enough'));
      await expect(pages.next()).rejects.toThrow('enough');
      await expect.poll(connections).toEqual([]);
    });

    test('leaves no connection when its reader goes away, or has read all', async () => {
      for await (const page of (await stream('cut')).read(undefined)) {
        expect(page.upserts.length).toBeGreaterThan(0);
        break;
      }
      await expect.poll(connections).toEqual([]);
      await readPages(await stream('pairs'));
      await expect.poll(connections).toEqual([]);
    });

    test('makes do with fewer connections than it asked for', async () => {
      await sql(
        `CREATE USER lonely@'%' IDENTIFIED BY 'lonely' WITH MAX_USER_CONNECTIONS 1; GRANT SELECT ON test.* TO lonely@'%'`,
      );
      const one = await stream('cut', { credentials: { username: 'lonely', password: 'lonely' } });
      await expect.poll(connections).toEqual([]);
      const pages = await readPages(one);
      expect(pages[0]?.cursor).toHaveProperty('ranges.1');
      expect(rowsByKey(one, pages).size).toBe(20_000);
    });
  });
});
