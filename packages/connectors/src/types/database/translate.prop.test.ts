import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { Config as MysqlConfig } from '../../sources/mysql/config.ts';
import { Config as PostgresConfig } from '../../sources/postgres/config.ts';
import { DatabaseFields, databaseConditions, poolDefaults } from './fields.ts';
import { isShownAsDatabase, toDatabase, toSource } from './translate.ts';
import type { StoredDatabase } from './translate.ts';

const placeholder = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/).map((name) => `\${${name}}`);
const plainHost = fc.oneof(fc.domain(), fc.ipV4());
const host = fc.oneof(plainHost, fc.ipV6(), placeholder);
const port = fc.integer({ min: 1, max: 65_535 });
const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => text.trim() !== '');
const word = fc.oneof(name, placeholder);
const login = fc.record({ username: word, password: word });

const bracket = (text: string): string => (text.includes(':') ? `[${text}]` : text);
const query = (values: readonly string[]) =>
  fc.subarray([...values]).map((chosen) => (chosen.length === 0 ? '' : `?${chosen.join('&')}`));

const urlOf = (scheme: string, parameters: readonly string[]) =>
  fc
    .record({
      hosts: fc.array(host, { minLength: 1, maxLength: 2 }),
      port: fc.option(fc.oneof(port.map(String), placeholder), { nil: undefined }),
      path: fc.option(fc.oneof(name.map(encodeURIComponent), placeholder, fc.constant('')), { nil: undefined }),
      query: query(parameters),
    })
    .map(({ hosts, port: at, path, query: rest }) => {
      const written = hosts.map((one) => `${bracket(one)}${at === undefined ? '' : `:${at}`}`).join(',');
      return `${scheme}//${written}${path === undefined ? '' : `/${path}`}${rest}`;
    });

const postgresUrl = fc.oneof(
  urlOf('jdbc:postgresql:', ['sslmode=verify-ca', 'ssl=true', 'currentSchema=a%2Cb', 'x=${y}', 'ApplicationName=a+b']),
  fc.constantFrom('jdbc:postgresql:shop', 'jdbc:postgresql:', 'jdbc:postgresql:///shop?sslmode=require', '${DB_URL}'),
);
const mysqlUrl = fc.oneof(
  urlOf('jdbc:mysql:', ['sslMode=VERIFY_CA', 'useSSL=false', 'requireSSL=true', 'serverTimezone=UTC', 'zeroDate=${z}']),
  urlOf('jdbc:mariadb:', ['sslMode=trust', 'useBulkStmts=true']),
  fc.constantFrom('jdbc:mysql://root@db/shop', '${DB_URL}'),
);

const fieldsOf = (dbType: string, jdbcUrl: fc.Arbitrary<string>) =>
  fc
    .record({
      jdbcUrl,
      login,
      useCredentials: fc.constantFrom(true, true, true, false),
      databaseName: fc.option(word),
      minPoolSize: fc.oneof(fc.integer({ min: 0, max: 5 }), placeholder),
      maxIdleTime: fc.integer({ min: 0, max: 1_000_000 }),
      selectedEnvironmentId: fc.option(name),
    })
    .map(({ login: who, ...rest }): JsonObject => ({ dbType, ...poolDefaults, ...rest, ...who }));

const databaseFields = fc.oneof(
  fieldsOf('POSTGRES', postgresUrl),
  fieldsOf('MYSQL', mysqlUrl),
  fieldsOf('SQL_SERVER', fc.constant('jdbc:sqlserver://db;databaseName=shop')),
);

const urlIn = (fields: JsonObject): string => String(fields['jdbcUrl'] as string);

const place = fc.record({ host, port, database: name });
const source: fc.Arbitrary<StoredDatabase> = fc.oneof(
  fc.record({
    connector: fc.constant('postgres'),
    config: fc
      .tuple(place, fc.constantFrom('disable', 'prefer', 'require', 'verify-full'), fc.constantFrom({}, { ca: 'PEM' }))
      .map(([where, sslmode, ca]) => ({ ...where, sslmode, ...ca })),
    credentials: login,
    typeFields: fc.constant(null),
  }),
  fc.record({
    connector: fc.constant('mysql'),
    config: fc
      .tuple(place, fc.constantFrom('disabled', 'preferred', 'required', 'verify_ca', 'verify_identity'))
      .map(([where, mode]) => ({ ...where, ssl_mode: mode })),
    credentials: login,
    typeFields: fc.constant(null),
  }),
);

test('a database that was saved is shown as it was given', () => {
  fc.assert(
    fc.property(databaseFields, (fields) => {
      expect(toDatabase(toSource(fields))).toEqual(fields);
    }),
  );
});

test('what is stored for a source fits its configuration', () => {
  fc.assert(
    fc.property(databaseFields, (fields) => {
      const { connector, config } = toSource(fields);
      const schema = { postgres: PostgresConfig, mysql: MysqlConfig, database: DatabaseFields }[connector]!;
      expect(schema.strict().safeParse(config).error?.issues ?? []).toEqual([]);
    }),
  );
});

test('a source is shown as a valid database, and comes back the same', () => {
  fc.assert(
    fc.property(source, (stored) => {
      const shown = toDatabase(stored);
      const parsed = DatabaseFields.strict().parse(shown);
      expect(databaseConditions(parsed)).toEqual([]);
      const back = toSource(shown, stored);
      expect(back).toEqual({ ...stored, typeFields: back.typeFields });
      expect(toDatabase(back)).toEqual(shown);
    }),
  );
});

test('a place that is changed as a source is changed in the URL, and nothing else is', () => {
  fc.assert(
    fc.property(databaseFields, source, (fields, other) => {
      const stored = toSource(fields);
      fc.pre(stored.connector === other.connector);
      const changed = { ...stored, config: { ...stored.config, ...other.config } };
      const shown = toDatabase(changed);
      expect(toSource(shown, changed).config).toEqual(changed.config);
      expect({ ...shown, jdbcUrl: '' }).toEqual({ ...fields, jdbcUrl: '' });
      const lostParameters = ['currentSchema=a%2Cb', 'serverTimezone=UTC', 'useBulkStmts=true', 'x=${y}'].filter(
        (one) => urlIn(fields).includes(one) && !urlIn(shown).includes(one),
      );
      expect(lostParameters).toEqual([]);
    }),
  );
});

test('every stored connector is shown as a database', () => {
  fc.assert(
    fc.property(databaseFields, (fields) => {
      expect(isShownAsDatabase(toSource(fields).connector)).toBe(true);
    }),
  );
});
