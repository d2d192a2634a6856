import { describe, expect, test } from 'vitest';
import { probeContext, type ProbeOptions, readPages } from '../../testing/connector-probe.ts';
import { mariadbProgram } from '../../testing/mariadb-server.ts';
import { mysql } from './index.ts';
import { testDatabase, upserts } from './testing-database.ts';

describe.skipIf(mariadbProgram === undefined)('the source mysql', () => {
  const { sql, config, credentials, stream } = testDatabase({ settings: { 'default-time-zone': '+05:00' } });

  describe('check', () => {
    const check = (more: ProbeOptions) =>
      mysql.check(probeContext(mysql, { config: config(), credentials: credentials(), ...more }));

    test('names the user, the host and the database', async () => {
      expect(await check({})).toEqual({ account: 'tributary@127.0.0.1/test' });
    });

    test('says which of the settings is wrong, and never the password', async () => {
      const wrong = { username: 'tributary', password: 'not-the-password-7' };
      await expect(check({ credentials: wrong })).rejects.toMatchObject({ reason: 'credential' });
      await expect(check({ credentials: wrong })).rejects.not.toThrow('not-the-password-7');
      await expect(check({ config: config({ database: 'nowhere' }) })).rejects.toMatchObject({
        reason: 'configuration',
        message: expect.stringContaining('Check the name of the database'),
      });
      await expect(check({ config: config({ port: 1 }) })).rejects.toMatchObject({ reason: 'unavailable' });
      await expect(check({ config: config({ host: 'no-such-host.invalid' }) })).rejects.toMatchObject({
        reason: 'unavailable',
      });
      await expect(check({ allow: [] })).rejects.toMatchObject({ reason: 'refused' });
      await expect(check({ config: config({ ssl_mode: 'required' }) })).rejects.toMatchObject({
        reason: 'configuration',
        message: expect.stringContaining('offers no TLS'),
      });
    });

    test('says that an account is locked, and which logins it can do', async () => {
      await sql(`CREATE USER locked@'%' IDENTIFIED BY 'x' ACCOUNT LOCK;
        INSTALL SONAME 'auth_ed25519'; CREATE USER modern@'%' IDENTIFIED VIA ed25519 USING PASSWORD('x')`);
      await expect(check({ credentials: { username: 'locked', password: 'x' } })).rejects.toMatchObject({
        reason: 'credential',
      });
      await expect(check({ credentials: { username: 'modern', password: 'x' } })).rejects.toMatchObject({
        reason: 'configuration',
        message: expect.stringContaining('mysql_native_password'),
      });
    });
  });

  describe('discover', () => {
    const names = async (more: object = {}) => {
      const context = probeContext(mysql, { config: config(more), credentials: credentials() });
      return (await mysql.discover(context)).map((one) => one.name);
    };

    test('finds tables, views and odd names, with keys, cursors and comments', async () => {
      await sql(`CREATE DATABASE shop; USE shop;
        CREATE TABLE \`od.d "na\`\`me\` (id int PRIMARY KEY, \`we"ird \\'\` text);
        CREATE TABLE customer (id bigint AUTO_INCREMENT PRIMARY KEY, name text COMMENT 'Full name', created_at datetime,
          updated_at timestamp) COMMENT 'Customers';
        CREATE TABLE line (order_id int, line_no int, note text, PRIMARY KEY (order_id, line_no));
        CREATE TABLE tag (code varchar(20) NOT NULL, maybe varchar(20), a int NOT NULL, b int NOT NULL,
          UNIQUE KEY a_first (a, b), UNIQUE KEY by_code (code), UNIQUE KEY b_maybe (maybe));
        CREATE TABLE log (at datetime, text text);
        CREATE TABLE history (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING;
        CREATE SEQUENCE numbers;
        CREATE VIEW recent AS SELECT * FROM customer;
        CREATE TABLE lost (id int); CREATE VIEW broken AS SELECT * FROM lost; DROP TABLE lost; USE test`);
      const shop = { database: 'shop' };
      expect(await names(shop)).toEqual(['customer', 'history', 'line', 'log', 'od.d "na`me', 'recent', 'tag']);
      expect(await names({ ...shop, include_tables: ['*o*'], exclude_tables: ['l*', 'shop.od*'] })).toEqual([
        'customer',
        'history',
      ]);
      await sql("INSERT INTO shop.`od.d \"na``me` VALUES (1, 'x')");
      expect(upserts(await readPages(await stream('od.d "na`me', { config: shop })))).toEqual([
        { id: 1, 'we"ird \\\'': 'x' },
      ]);

      const customer = await stream('customer', { config: shop });
      expect(customer).toMatchObject({
        title: 'Customers',
        entityType: 'MysqlCustomerEntity',
        primaryKey: ['id'],
        cursorFields: ['updated_at', 'created_at', 'id'],
        incremental: false,
        deletes: 'listing',
      });
      expect(customer.jsonSchema).toMatchObject({
        properties: {
          id: { type: ['integer', 'string', 'null'] },
          name: { type: ['string', 'null'], title: 'Full name' },
          updated_at: { type: ['string', 'null'], format: 'date-time' },
        },
      });
      expect((await stream('line', { config: shop })).primaryKey).toEqual(['order_id', 'line_no']);
      expect((await stream('tag', { config: shop })).primaryKey).toEqual(['code']);
      expect((await stream('customer', { config: shop, cursorField: 'updated_at' })).incremental).toBe(true);
      expect((await stream('line', { config: shop, cursorField: 'note' })).incremental).toBe(false);
    });

    test('reads the present rows of a table that keeps its history', async () => {
      await sql('INSERT INTO shop.history VALUES (1, 1), (2, 2); UPDATE shop.history SET n = 3 WHERE id = 1');
      const rows = upserts(await readPages(await stream('history', { config: { database: 'shop' } })));
      expect(rows.map((row) => [row['id'], row['n']])).toEqual([
        [1, 3],
        [2, 2],
      ]);
    });

    test('shows only what the user may read', async () => {
      await sql(`CREATE DATABASE open; USE open;
        CREATE TABLE yes (id int PRIMARY KEY, hidden text); CREATE TABLE no (id int); CREATE TABLE filled (id int);
        INSERT INTO yes VALUES (1, 'secret'); USE test;
        CREATE USER reader@'%' IDENTIFIED BY 'reader'; GRANT SELECT (id) ON open.yes TO reader@'%';
        GRANT INSERT ON open.filled TO reader@'%'`);
      const options = {
        config: config({ database: 'open' }),
        credentials: { username: 'reader', password: 'reader' },
      };
      const streams = await mysql.discover(probeContext(mysql, options));
      expect(streams.map((one) => one.name)).toEqual(['yes']);
      expect(upserts(await readPages(streams[0]!))).toEqual([{ id: 1 }]);
      await sql(`REVOKE SELECT (id) ON open.yes FROM reader@'%'; GRANT SELECT (hidden) ON open.yes TO reader@'%'`);
      await expect(readPages(streams[0]!)).rejects.toMatchObject({ reason: 'configuration' });
    });
  });

  describe('values', () => {
    test('are what JSON can say without losing anything', async () => {
      await sql(`SET sql_mode = ''; CREATE TABLE kinds (id int PRIMARY KEY, tiny tinyint, tiny_u tinyint unsigned, flag tinyint(1),
          odd_flag tinyint(1), padded int(6) zerofill, small_big bigint, large bigint unsigned, exact decimal(10,2),
          wide decimal(30,2), f float, d double, one_bit bit(1), bits bit(12), all_bits bit(64), y year, day date, no_day date,
          half_day date, t time(3), minus time, plain datetime(6), none datetime, zoned timestamp, doc json, scalar json,
          raw varbinary(10), fixed binary(4), big longblob, mood enum('sad', 'it''s'), tags set('a', 'b', 'c'), no_tags set('a'),
          emoji varchar(20), latin varchar(20) CHARACTER SET latin1, nul text, uid uuid, ip inet6, spot point,
          area geometry, twice int AS (id * 2), empty varchar(5), missing text) DEFAULT CHARACTER SET utf8mb4;
        SET time_zone = '+05:00';
        INSERT INTO kinds VALUES (1, -128, 255, 1, 7, 42, 9007199254740991, 18446744073709551615, 12.50,
          1234567890123456789012345678.90, 0.1, 1e300, 1, 2050, 18446744073709551615, 2024, '2024-02-29', '0000-00-00',
          '2024-02-00', '12:00:00.250', '-838:59:59', '2024-05-06 07:08:09.123456', '0000-00-00 00:00:00',
          '2024-05-06 07:08:09', '{"a": [1, null, "é"]}', '"text"', X'00FF', X'01', REPEAT('a', 70000), 'it''s', 'a,c', '',
          '😀 ü\\t"\\\\', 'naïve', 'a\\0b', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '::1', POINT(1, 2),
          ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))'), DEFAULT, '', NULL);
        SET time_zone = DEFAULT; SET sql_mode = DEFAULT`);
      const [row] = upserts(await readPages(await stream('kinds')));
      expect(row).toEqual({
        id: 1,
        tiny: -128,
        tiny_u: 255,
        flag: true,
        odd_flag: 7,
        padded: 42,
        small_big: 9_007_199_254_740_991,
        large: '18446744073709551615',
        exact: 12.5,
        wide: '1234567890123456789012345678.90',
        f: 0.1,
        d: 1e300,
        one_bit: true,
        bits: 2050,
        all_bits: '18446744073709551615',
        y: 2024,
        day: '2024-02-29',
        no_day: '0000-00-00',
        half_day: '2024-02-00',
        t: '12:00:00.250',
        minus: '-838:59:59',
        plain: '2024-05-06T07:08:09.123456',
        none: '0000-00-00 00:00:00',
        zoned: '2024-05-06T02:08:09Z',
        doc: { a: [1, null, 'é'] },
        scalar: 'text',
        raw: 'AP8=',
        fixed: 'AQAAAA==',
        big: '[70000 bytes]',
        mood: "it's",
        tags: ['a', 'c'],
        no_tags: [],
        emoji: '😀 ü\t"\\',
        latin: 'naïve',
        nul: 'a\0b',
        uid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        ip: '::1',
        spot: 'POINT(1 2)',
        area: 'POLYGON((0 0,1 0,1 1,0 0))',
        twice: 2,
        empty: '',
        missing: null,
      });
      expect(Object.keys(row!)).toEqual(Object.keys(row!).toSorted());
    });

    test('of more than a megabyte are cut by the server, and the record is counted', async () => {
      await sql(`SET GLOBAL max_allowed_packet = 67108864`);
      await sql(`CREATE TABLE huge (id int PRIMARY KEY, body longtext);
        INSERT INTO huge SELECT 1, 'short' UNION SELECT 3, 'short';
        INSERT INTO huge SELECT 2, REPEAT('x', 10000000)`);
      const pages = await readPages(await stream('huge'));
      expect(upserts(pages).map((row) => (row['body'] as string).length)).toEqual([5, 1_048_580, 5]);
      expect(pages.flatMap((page) => page.failures ?? [])).toMatchObject([{ key: '2', code: 'truncated' }]);
    });

    test('have a name, times and the way down', async () => {
      await sql(`CREATE TABLE described (id int PRIMARY KEY, title text, created_at datetime, updated_at timestamp NULL, url text);
        SET time_zone = '+00:00';
        INSERT INTO described VALUES (7, 'Seven', '2024-01-01 10:00', '2024-01-02 10:00', 'https://x.test/7'), (8, NULL, NULL, NULL, 'no url');
        SET time_zone = DEFAULT`);
      const one = await stream('described');
      const described = upserts(await readPages(one)).map((row) => one.describe?.(row));
      expect(described[0]).toEqual({
        name: 'Seven',
        url: 'https://x.test/7',
        createdAt: Date.UTC(2024, 0, 1, 10),
        updatedAt: Date.UTC(2024, 0, 2, 10),
        breadcrumbs: [
          { id: 'test', name: 'test', type: 'database' },
          { id: 'test.described', name: 'described', type: 'table' },
        ],
      });
      expect(described[1]?.name).toBe('described 8');
    });
  });
});
