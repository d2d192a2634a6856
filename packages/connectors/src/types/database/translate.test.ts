import { expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { poolDefaults } from './fields.ts';
import { toDatabase, toSource } from './translate.ts';

const fields = (jdbcUrl: string, more: JsonObject = {}): JsonObject => ({
  dbType: jdbcUrl.includes('postgresql') ? 'POSTGRES' : 'MYSQL',
  jdbcUrl,
  useCredentials: true,
  username: 'ann',
  password: 's3cret',
  databaseName: null,
  ...poolDefaults,
  selectedEnvironmentId: null,
  ...more,
});
const place = (jdbcUrl: string, more?: JsonObject) => toSource(fields(jdbcUrl, more)).config;

test.each([
  [
    'jdbc:postgresql://db.example.com/shop',
    { host: 'db.example.com', port: 5432, database: 'shop', sslmode: 'prefer' },
  ],
  ['jdbc:postgresql://[::1]:6432/a%20b?ssl=true', { host: '::1', port: 6432, database: 'a b', sslmode: 'verify-full' }],
  [
    'jdbc:postgresql:shop?sslmode=verify-ca',
    { host: 'localhost', port: 5432, database: 'shop', sslmode: 'verify-full' },
  ],
  ['jdbc:postgresql://db/', { host: 'db', port: 5432, database: 'ann', sslmode: 'prefer' }],
  ['jdbc:postgresql://${DB_HOST}/${DB}', { host: '${DB_HOST}', port: 5432, database: '${DB}', sslmode: 'prefer' }],
  ['jdbc:mysql://db/shop?useSSL=false', { host: 'db', port: 3306, database: 'shop', ssl_mode: 'disabled' }],
  [
    'jdbc:mariadb://db:3307/shop?sslMode=verify-full',
    { host: 'db', port: 3307, database: 'shop', ssl_mode: 'verify_identity' },
  ],
])('%s is this place of a source', (url, expected) => {
  expect(place(url)).toEqual(expected);
});

test('the field databaseName counts when the URL names no database, and not when it does', () => {
  expect(place('jdbc:mysql://db/', { databaseName: 'shop' })).toMatchObject({ database: 'shop' });
  expect(place('jdbc:mysql://db/url', { databaseName: 'shop' })).toMatchObject({ database: 'url' });
});

test.each([
  ['several hosts', 'jdbc:postgresql://a,b/shop', {}],
  ['a placeholder as the port', 'jdbc:postgresql://a:${PORT}/shop', {}],
  ['a placeholder as the URL', '${URL}postgresql', {}],
  ['an unknown sslmode', 'jdbc:postgresql://a/shop?sslmode=${MODE}', {}],
  ['no database', 'jdbc:mysql://a', {}],
  ['no login', 'jdbc:postgresql://a/shop', { useCredentials: false }],
])('with %s it stays a database, which no source reads', (_case, url, more) => {
  const given = fields(url, more);
  expect(toSource(given)).toEqual({ connector: 'database', config: given, credentials: {}, typeFields: null });
  expect(toDatabase(toSource(given))).toEqual(given);
});

test('a source gets a URL and the usual pool', () => {
  const config = { host: '::1', port: 5432, database: 'a/b', sslmode: 'require' };
  const shown = toDatabase({ connector: 'postgres', config, credentials: { username: 'ann' }, typeFields: null });
  expect(shown).toEqual(fields('jdbc:postgresql://[::1]:5432/a%2Fb?sslmode=require', { password: null }));
});

test('only the changed part of a URL is written anew', () => {
  const stored = toSource(fields('jdbc:postgresql://old/shop?ssl=true&currentSchema=a%2Cb'));
  const changed = { ...stored, config: { ...stored.config, host: 'new', sslmode: 'require' } };
  expect(toDatabase(changed)['jdbcUrl']).toBe('jdbc:postgresql://new:5432/shop?currentSchema=a%2Cb&sslmode=require');
});

test('the authority of a source outlives a full replacement by a database', () => {
  const config = { host: 'db', port: 5432, database: 'shop', sslmode: 'verify-full', ca: 'PEM' };
  const stored = { connector: 'postgres', config, credentials: { username: 'ann', password: 'x' }, typeFields: null };
  const moved = toSource(fields('jdbc:postgresql://other/shop?sslmode=require'), stored);
  expect(moved.config).toEqual({ ...config, host: 'other', sslmode: 'require' });
});

test('a password that was not given is left out, so that the stored one can stand in', () => {
  expect(toSource(fields('jdbc:mysql://db/shop', { password: null })).credentials).toEqual({ username: 'ann' });
});
