import { expect, test } from 'vitest';
import { postgres } from '../index.ts';
import { testDatabase } from '../testing-database.ts';
import { Replica } from './testing-replica.ts';
import { LOGICAL } from './testing-settings.ts';

const { sql, config, credentials } = testDatabase(LOGICAL);
const said: string[] = [];
const note = (_fields: object, message: string): void => void said.push(message);
const log = { debug: note, info: note, warn: note };
const sync = (replica: Replica): Promise<boolean> =>
  replica.sync(postgres, { config: config({ mode: 'replication' }), credentials: credentials(), log });

const KINDS = `
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE TYPE pair AS (a int, b text);
  CREATE TABLE kinds (id int PRIMARY KEY, small int2, large int8, exact numeric, nan numeric, f4 float4, f8 float8, inf float8,
    flag bool, doc json, docb jsonb, plain timestamp, zoned timestamptz, d date, t time, tz timetz, forever timestamptz,
    raw bytea, big bytea, raws bytea[], words text[], grid int[], floats float8[], zoneds timestamptz[], odd text, fixed char(5), mood mood,
    moods mood[], pos positive, span interval, u uuid, empty text, missing text, r int4range, tr tstzrange, net inet, bits bit(3),
    money money, pt point, bx box, boxes box[], x xml, p pair, tsv tsvector, class regclass, lsn pg_lsn,
    huge text, made text GENERATED ALWAYS AS (odd || '!') STORED, seen text GENERATED ALWAYS AS (id || '?') STORED)`;

const ROW = (
  id: number,
): string => `INSERT INTO kinds VALUES (${id}, -5, 9007199254740993, 12345678901234567.89, 'NaN', 0.1, 0.1,
  'Infinity', true, '{"a": [1,  null]}', '{"b": "a\\u00e9"}', '2024-05-06 07:08:09.123456', '2024-05-06 07:08:09+02', '2024-02-29',
  '12:00', '12:00+02', 'infinity', '\\x00ff', repeat('a', 70000)::bytea, ARRAY['\\x00'::bytea, NULL], ARRAY['a', NULL, 'c,d', '"', '\\'],
  ARRAY[[1,2],[3,4]], ARRAY[0.1, 'NaN'], ARRAY['2024-05-06 07:08:09+02'::timestamptz], E'tab\\tline\\nback\\\\slash 😀', 'ab', 'happy',
  ARRAY['sad', NULL]::mood[], 5, '1 day 2 hours -3 seconds', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '', NULL, '[1,5)',
  '[2024-01-01 00:00+02,)', '10.0.0.1/8', B'101', 12.5, '(1,2)', '(1,2),(3,4)', ARRAY['(1,2),(3,4)'::box, '(5,6),(7,8)'],
  '<a>1</a>', '(1,"x,y")', 'fat cat', 'pg_class', '16/B374D848', repeat('x', 1048580))`;

test('a row of every type is the same record, byte for byte, whether it was copied or told', async () => {
  await sql(KINDS);
  await sql(ROW(1));
  const replica = new Replica();
  await sync(replica);
  await sql(ROW(2));
  await sync(replica);
  const { 1: copied, 2: told } = replica.rows('public.kinds');
  expect(JSON.stringify({ ...told, id: 1, seen: '1?' })).toBe(JSON.stringify(copied));
  expect(Object.keys(copied!)).toHaveLength(49);
  expect((copied!['huge'] as string).length).toBe(1_048_580);
  expect(replica.copies).toEqual(['public.kinds']);
  expect(said, 'nothing had to be looked up').toEqual([]);
});

test('a column that the log does not hold is looked up', async () => {
  await sql(`CREATE TABLE double (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL)`);
  const replica = new Replica();
  await sync(replica);
  await sql('INSERT INTO double VALUES (4), (5); DELETE FROM double WHERE id = 5');
  await sync(replica);
  expect(replica.rows('public.double')).toEqual({ 4: { id: 4, twice: 8 } });
  expect(said).toHaveLength(1);
});

test('keys of every kind name the same record in a copy, an update and a delete', async () => {
  await sql(`CREATE TABLE keyed (a bytea, b timestamptz, c numeric, d text, n int, PRIMARY KEY (a, b, c, d));
    INSERT INTO keyed VALUES ('\\x00ff', '2024-05-06 07:08:09+02', 1.50, 'x', 0), ('\\x01', 'infinity', 'NaN', '', 0)`);
  const replica = new Replica();
  await sync(replica);
  const keys = Object.keys(replica.rows('public.keyed'));
  await sql(`UPDATE keyed SET n = 1`);
  await sync(replica);
  expect(Object.keys(replica.rows('public.keyed'))).toEqual(keys);
  expect(Object.values(replica.rows('public.keyed')).map((row) => row['n'])).toEqual([1, 1]);
  await sql(`DELETE FROM keyed`);
  await sync(replica);
  expect(replica.rows('public.keyed')).toEqual({});
});
