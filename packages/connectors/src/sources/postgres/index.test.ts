import { describe, expect, test } from 'vitest';
import { probeContext, type ProbeOptions, readPages } from '../../testing/connector-probe.ts';
import { postgres } from './index.ts';
import { testDatabase, upserts } from './testing-database.ts';

const { sql, config, credentials, stream } = testDatabase();

describe('check', () => {
  const check = (more: ProbeOptions) =>
    postgres.check(probeContext(postgres, { config: config(), credentials: credentials(), ...more }));

  test('names the user, the host and the database', async () => {
    expect(await check({})).toEqual({ account: `postgres@127.0.0.1/postgres` });
  });

  test('says which of the settings is wrong, and never the password', async () => {
    const wrong = { username: 'postgres', password: 'not-the-password-7' };
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
    await expect(check({ config: config({ sslmode: 'require' }) })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('offers no TLS'),
    });
  });
});

describe('discover', () => {
  const names = async (more: object = {}) => {
    const context = probeContext(postgres, { config: config(more), credentials: credentials() });
    return (await postgres.discover(context)).map((one) => one.name);
  };

  test('finds tables, views, partitioned tables and odd names, with keys, cursors and comments', async () => {
    await sql(`CREATE SCHEMA "Od.d ""schema";
      CREATE TABLE "Od.d ""schema"."ta ble" (id int PRIMARY KEY, "we""ird" text);
      CREATE SCHEMA shop;
      CREATE TABLE shop.customer (id bigserial PRIMARY KEY, name text, created_at timestamptz, updated_at timestamptz);
      COMMENT ON TABLE shop.customer IS 'Customers';
      COMMENT ON COLUMN shop.customer.name IS 'Full name';
      CREATE TABLE shop.line (order_id int, line_no int, note text, PRIMARY KEY (order_id, line_no));
      CREATE TABLE shop.tag (code text NOT NULL UNIQUE, maybe text UNIQUE);
      CREATE TABLE shop.log (at timestamptz, text text);
      CREATE TABLE shop.part (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
      CREATE TABLE shop.part_1 PARTITION OF shop.part FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      CREATE VIEW shop.recent AS SELECT * FROM shop.customer;
      CREATE MATERIALIZED VIEW shop.totals AS SELECT 1 AS n;`);
    expect(await names({ schemas: ['shop'] })).toEqual([
      'shop.customer',
      'shop.line',
      'shop.log',
      'shop.part',
      'shop.recent',
      'shop.tag',
      'shop.totals',
    ]);
    expect(await names({ include_tables: ['shop.*'], exclude_tables: ['*o*', 'shop.r*'] })).toEqual([
      'shop.line',
      'shop.part',
      'shop.tag',
    ]);
    const [odd] = await names({ include_tables: ['ta ble'] });
    expect(odd).toBe('"Od.d ""schema".ta ble');
    await sql(`INSERT INTO "Od.d ""schema"."ta ble" VALUES (1, 'x')`);
    expect(upserts(await readPages(await stream(odd!)))).toEqual([{ id: 1, 'we"ird': 'x' }]);

    const customer = await stream('shop.customer');
    expect(customer).toMatchObject({
      title: 'Customers',
      entityType: 'PostgresShopCustomerEntity',
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
    expect((await stream('shop.line')).primaryKey).toEqual(['order_id', 'line_no']);
    expect((await stream('shop.tag')).primaryKey).toEqual(['code']);
    expect((await stream('shop.customer', { cursorField: 'updated_at' })).incremental).toBe(true);
    expect((await stream('shop.line', { cursorField: 'updated_at' })).incremental).toBe(false);
  });

  test('shows only what the user may read', async () => {
    await sql(`CREATE ROLE reader LOGIN PASSWORD 'reader'; CREATE SCHEMA open;
      CREATE TABLE open.yes (id int PRIMARY KEY, hidden text); CREATE TABLE open.no (id int);
      INSERT INTO open.yes VALUES (1, 'secret');
      GRANT USAGE ON SCHEMA open TO reader; GRANT SELECT (id) ON open.yes TO reader;`);
    const options = { config: config({ schemas: ['open'] }), credentials: { username: 'reader', password: 'reader' } };
    const streams = await postgres.discover(probeContext(postgres, options));
    expect(streams.map((one) => one.name)).toEqual(['open.yes']);
    expect(upserts(await readPages(streams[0]!))).toEqual([{ id: 1 }]);
    await sql('REVOKE SELECT (id) ON open.yes FROM reader');
    await expect(readPages(streams[0]!)).rejects.toMatchObject({ reason: 'configuration' });
  });
});

describe('values', () => {
  test('are what JSON can say without losing anything', async () => {
    await sql(`CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
      CREATE TABLE kinds (id int PRIMARY KEY, small int8, large int8, exact numeric, wide numeric, nan numeric,
        f float8, inf float8, flag bool, doc json, docb jsonb, nul json, plain timestamp, zoned timestamptz, d date, t time,
        forever timestamptz, raw bytea, big bytea, words text[], grid int[], quoted text[], docs jsonb[], odd text, mood mood,
        pos positive, span interval, u uuid, empty text, missing text, r int4range)`);
    await sql(`INSERT INTO kinds VALUES (1, 9007199254740991, 9007199254740993, 12.50, 12345678901234567.89, 'NaN',
      0.1, 'Infinity', true, '{"a": [1, null]}', '"text"', '{"x":"a\\u0000b"}', '2024-05-06 07:08:09.123456',
      '2024-05-06 07:08:09+02', '2024-02-29', '12:00', 'infinity', '\\x00ff', repeat('a', 70000)::bytea,
      ARRAY['a', NULL, 'c,d'], ARRAY[[1,2],[3,4]], ARRAY['"', '\\', '', 'NULL', '{}'], ARRAY['{"k": 1}'::jsonb],
      E'tab\\tline\\nback\\\\slash', 'happy', 5, '1 day 2 hours', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '', NULL, '[1,5)')`);
    const [row] = upserts(await readPages(await stream('public.kinds')));
    expect(row).toEqual({
      id: 1,
      small: 9_007_199_254_740_991,
      large: '9007199254740993',
      exact: 12.5,
      wide: '12345678901234567.89',
      nan: 'NaN',
      f: 0.1,
      inf: 'Infinity',
      flag: true,
      doc: { a: [1, null] },
      docb: 'text',
      nul: { x: 'a\u{fffd}b' },
      plain: '2024-05-06T07:08:09.123456',
      zoned: '2024-05-06T05:08:09Z',
      d: '2024-02-29',
      t: '12:00:00',
      forever: 'infinity',
      raw: 'AP8=',
      big: '[70000 bytes]',
      words: ['a', null, 'c,d'],
      grid: [
        [1, 2],
        [3, 4],
      ],
      quoted: ['"', '\\', '', 'NULL', '{}'],
      docs: [{ k: 1 }],
      odd: 'tab\tline\nback\\slash',
      mood: 'happy',
      pos: 5,
      span: 'P1DT2H',
      u: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      empty: '',
      missing: null,
      r: '[1,5)',
    });
    expect(Object.keys(row!)).toEqual(Object.keys(row!).toSorted());
  });

  test('G4-12 cuts a value of 50 MB, keeps the record and counts it', async () => {
    await sql(`CREATE TABLE huge (id int PRIMARY KEY, body text);
      INSERT INTO huge VALUES (1, 'short'), (2, repeat('x', 50000000)), (3, 'short')`);
    const pages = await readPages(await stream('public.huge'));
    expect(upserts(pages).map((row) => (row['body'] as string).length)).toEqual([5, 1_048_580, 5]);
    expect(pages.flatMap((page) => page.failures ?? [])).toMatchObject([{ key: '2', code: 'truncated' }]);
  });

  test('have a name, times and the way down', async () => {
    await sql(`CREATE TABLE described (id int PRIMARY KEY, title text, created_at timestamp, updated_at timestamptz, url text);
      INSERT INTO described VALUES (7, 'Seven', '2024-01-01 10:00', '2024-01-02 10:00+00', 'https://x.test/7'), (8, NULL, NULL, NULL, 'no url')`);
    const one = await stream('public.described');
    const described = upserts(await readPages(one)).map((row) => one.describe?.(row));
    expect(described[0]).toEqual({
      name: 'Seven',
      url: 'https://x.test/7',
      createdAt: Date.UTC(2024, 0, 1, 10),
      updatedAt: Date.UTC(2024, 0, 2, 10),
      breadcrumbs: [
        { id: 'postgres', name: 'postgres', type: 'database' },
        { id: 'postgres.public', name: 'public', type: 'schema' },
        { id: 'postgres.public.described', name: 'described', type: 'table' },
      ],
    });
    expect(described[1]?.name).toBe('described 8');
  });
});
