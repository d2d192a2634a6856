import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeConnectionType } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import type { Trial } from '../../kit/testing-type-trial.ts';
import { startPostgres } from '../../testing/embedded-postgres.ts';
import type { RunningPostgres } from '../../testing/embedded-postgres.ts';
import { mariadbProgram, startMariadb } from '../../testing/mariadb-server.ts';
import { startWebServer } from '../../testing/web-server.ts';
import type { WebServer } from '../../testing/web-server.ts';
import { poolDefaults } from './fields.ts';
import { database } from './index.ts';

const login = { username: 'ann', password: 'canary-db-19' };
const least = { dbType: 'POSTGRES', jdbcUrl: 'jdbc:postgresql://db.example.com/shop', ...login };

describeConnectionType(database, {
  least,
  full: {
    ...least,
    useCredentials: true,
    databaseName: 'shop',
    initialPoolSize: 2,
    minPoolSize: 2,
    maxPoolSize: 7,
    incrementCount: 3,
    maxStatements: 50,
    idleConnectionTestPeriod: 10_000,
    connectionTimeout: 5_000,
    testConnectionOnCheckout: false,
    testConnectionOnCheckin: true,
    maxConnectionAge: 60_000,
    maxIdleTime: 30_000,
    selectedEnvironmentId: 'production',
  },
  canaries: ['canary-db-19'],
  unfit: {
    'a URL of another kind': { settings: { jdbcUrl: 'jdbc:mysql://db/shop' }, field: 'jdbcUrl' },
    'a URL that holds a password': {
      settings: { jdbcUrl: 'jdbc:postgresql://db/shop?user=a&password=b' },
      field: 'jdbcUrl',
    },
    'a login without a name': { settings: { username: '' }, field: 'username' },
    'a login without a password': { settings: { password: null }, field: 'password' },
    'a pool whose least is above its most': { settings: { minPoolSize: 6 }, field: 'minPoolSize' },
  },
  network: {
    at: (host, port) => ({ jdbcUrl: `jdbc:postgresql://${host}:${port}/shop` }),
    impatient: { connectionTimeout: 200 },
  },
  async live() {
    const server = await startPostgres();
    return {
      settings: {
        dbType: 'POSTGRES',
        jdbcUrl: `jdbc:postgresql://${server.host}:${server.port}/postgres`,
        username: server.user,
        password: server.password,
      },
      refusedCredentials: { password: 'not-the-canary-0815' },
      stop: () => server.stop(),
    };
  },
});

const trials: Trial[] = [];
afterEach(async () => {
  for (const trial of trials.splice(0)) await trial.close();
});
const begin = (settings: JsonObject): Trial => {
  const trial = startTrial(database, { ...login, ...settings });
  trials.push(trial);
  return trial;
};

describe('the pool of an open database', () => {
  let server: RunningPostgres;
  let admin: pg.Client;
  beforeAll(async () => {
    server = await startPostgres();
    admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });
  const open = (more: JsonObject) =>
    begin({
      dbType: 'POSTGRES',
      // The first host is dead, as after a failover.
      jdbcUrl: `jdbc:postgresql://127.0.0.1:1,${server.host}:${server.port}/postgres`,
      username: server.user,
      password: server.password,
      ...more,
    }).open();
  const pids = async (): Promise<number[]> => {
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'tributary' ORDER BY pid`,
    );
    return rows.map(({ pid }) => pid);
  };

  test('holds the connections that the fields ask for, and none when it is closed', async () => {
    const opened = await open({ initialPoolSize: 3, minPoolSize: 2, maxPoolSize: 4 });
    await expect.poll(async () => (await pids()).length).toBe(3);
    await opened.close();
    await expect.poll(pids).toEqual([]);
  });

  test('puts new ones in the place of those that are lost', async () => {
    const opened = await open({ initialPoolSize: 2, minPoolSize: 2, idleConnectionTestPeriod: 100 });
    await expect.poll(async () => (await pids()).length).toBe(2);
    const before = await pids();
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tributary'`);
    await vi.waitFor(
      async () => {
        const now = await pids();
        expect(now).toHaveLength(2);
        expect(now.filter((pid) => before.includes(pid))).toEqual([]);
      },
      { timeout: 20_000, interval: 50 },
    );
    await opened.close();
  });

  test('lets go of what is idle for too long, down to the fewest', async () => {
    const opened = await open({ initialPoolSize: 4, minPoolSize: 1, maxIdleTime: 300 });
    await expect.poll(async () => (await pids()).length).toBe(4);
    await expect.poll(async () => (await pids()).length).toBe(1);
    await opened.close();
  });
});

describe.skipIf(mariadbProgram === undefined)('a database of MySQL', () => {
  test('is asked over TLS when the URL says so, and by the field databaseName when it names none', async () => {
    const pem = readFileSync(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
    const server = await startMariadb({ tls: pem });
    const ask = (query: string, more: JsonObject = {}) =>
      begin({
        dbType: 'MYSQL',
        jdbcUrl: `jdbc:mariadb://${server.host}:${server.port}/${query}`,
        username: server.user,
        password: server.password,
        ...more,
      }).test();
    expect((await ask('test?sslMode=trust')).message).toContain('MYSQL');
    expect((await ask('', { databaseName: 'test' })).message).toContain('MYSQL');
    await expect(ask('', { databaseName: 'nothing' })).rejects.toMatchObject({ reason: 'configuration' });
    await expect(ask('test?sslMode=verify-ca')).rejects.toMatchObject({ reason: 'configuration' });
    await expect(ask('test', { password: 'canary-wrong' })).rejects.toMatchObject({ reason: 'credential' });
    await server.stop();
  });
});

describe('a database of Trino', () => {
  let server: WebServer;
  beforeAll(async () => {
    server = await startWebServer();
  });
  afterAll(() => server.close());
  const ask = (query = '', more: JsonObject = {}) =>
    begin({
      dbType: 'TRINO',
      jdbcUrl: `jdbc:trino://${new URL(server.origin).host}/hive/web${query}`,
      useCredentials: false,
      ...more,
    }).test();
  const json = (body: object) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  test('is asked until its statement is over, with catalog and schema', async () => {
    const heard: unknown[] = [];
    server.set('/v1/statement', (headers) => {
      heard.push([headers['x-trino-catalog'], headers['x-trino-schema']]);
      return json({ nextUri: `${server.origin}/v1/statement/1` });
    });
    server.set('/v1/statement/1', json({}));
    expect((await ask()).message).toContain('TRINO');
    expect(heard).toEqual([['hive', 'web']]);
  });

  test('tells what its server says, and follows it to no other host', async () => {
    server.set('/v1/statement', json({ error: { message: 'Catalog hive not found' } }));
    await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('Catalog hive not found') });
    server.set('/v1/statement', json({ nextUri: 'http://192.0.2.1/v1/statement/1' }));
    await expect(ask()).rejects.toMatchObject({ reason: 'invalid_answer' });
  });

  test('is given no password outside TLS', async () => {
    await expect(ask('', { useCredentials: true })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('SSL=true'),
    });
  });
});

const urls = {
  ORACLE: 'jdbc:oracle:thin:@//HOST/service',
  SQL_SERVER: 'jdbc:sqlserver://HOST;databaseName=shop;encrypt=false',
  MONGODB: 'mongodb://HOST/shop',
  MYSQL: 'jdbc:mysql://HOST/shop',
};

test.each(Object.entries(urls))('a %s that is not there is said to be so, with what to check', async (dbType, url) => {
  const trial = begin({ dbType, jdbcUrl: url.replace('HOST', '127.0.0.1:1'), connectionTimeout: 3_000 });
  const error = await trial.test().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ reason: 'unavailable', message: expect.stringContaining('127.0.0.1:1') });
  expect((error as Error).message).toContain('Check host and port in jdbcUrl.');
  expect((error as Error).message).not.toContain('canary');
});

test.each(Object.entries(urls))('a %s on a private address is refused', async (dbType, url) => {
  const trial = startTrial(
    database,
    { ...login, dbType, jdbcUrl: url.replace('HOST', '127.0.0.1:1') },
    { policy: { allow: [] } },
  );
  trials.push(trial);
  await expect(trial.test()).rejects.toMatchObject({ reason: 'refused' });
});

test('a descriptor of Oracle is refused when one of its hosts is private', async () => {
  const jdbcUrl = 'jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST = 10.0.0.1)(PORT=1521)))';
  await expect(begin({ dbType: 'ORACLE', jdbcUrl }).test()).rejects.toMatchObject({ reason: 'refused' });
});

test.each(['SYBASE', 'DB2', 'APACHE_HIVE', 'APACHE_IMPALA'])(
  'a %s is saved, and says what driver is missing',
  async (dbType) => {
    const jdbcUrl = {
      SYBASE: 'jdbc:sybase:Tds:db:5000/shop',
      DB2: 'jdbc:db2://db:50000/shop',
      APACHE_HIVE: 'jdbc:hive2://db:10000/shop',
      APACHE_IMPALA: 'jdbc:impala://db:21050/shop',
    }[dbType]!;
    for (const use of ['test', 'open'] as const)
      await expect(begin({ dbType, jdbcUrl })[use]()).rejects.toMatchObject({
        reason: 'configuration',
        message: expect.stringContaining(`No driver for ${dbType}`),
      });
  },
);

test('the defaults are those of the contract', () => {
  expect(database.fields.parse(least)).toMatchObject({ ...poolDefaults, useCredentials: true, databaseName: null });
});
