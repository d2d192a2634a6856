import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeedPage } from '../../../kit/feed.ts';
import { probeContext } from '../../../testing/connector-probe.ts';
import { type RunningPostgres, startPostgres } from '../../../testing/embedded-postgres.ts';
import { postgres } from '../index.ts';
import { parseLsn } from './lsn.ts';
import { type JobOptions, Replica } from './testing-replica.ts';
import { LOGICAL } from './testing-settings.ts';

let server: RunningPostgres;
let admin: pg.Client;

/** A server that gives slots up early, and a log that is cut often. */
const start = async (more: object = {}): Promise<void> => {
  server = await startPostgres({
    ...LOGICAL,
    settings: { ...LOGICAL.settings, max_slot_wal_keep_size: '1MB', ...more },
  });
  await connect();
};
const connect = async (): Promise<void> => {
  admin = new pg.Client({ connectionString: server.url });
  admin.on('error', () => undefined);
  await admin.connect();
};

beforeAll(() => start());
afterAll(async () => {
  await admin.end();
  await server.stop();
});

const sql = async (text: string): Promise<Record<string, string>[]> => {
  const answer = (await admin.query(text)) as unknown as pg.QueryResult | pg.QueryResult[];
  return (Array.isArray(answer) ? answer.at(-1) : answer)?.rows as Record<string, string>[];
};

let count = 0;
/** A table of three rows in a schema of its own, and a replica that holds it. */
async function replicate(options: JobOptions = {}) {
  count += 1;
  const [schema, slot] = [`t${count}`, `slot_${count}`];
  await sql(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.note (id int PRIMARY KEY, body text);
    INSERT INTO ${schema}.note SELECT i, 'x' FROM generate_series(1, 3) i`);
  const replica = new Replica();
  const job = (): JobOptions => ({
    config: {
      host: server.host,
      port: server.port,
      database: 'postgres',
      mode: 'replication',
      schemas: [schema],
      slot,
      publication: slot,
    },
    credentials: { username: server.user, password: server.password },
    ...options,
  });
  const sync = (more: JobOptions = {}) => replica.sync(postgres, { ...job(), ...more });
  const keys = () =>
    Object.keys(replica.rows(`${schema}.note`))
      .map(Number)
      .toSorted((a, b) => a - b);
  const told = async () =>
    (await sql(`SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = '${slot}'`))[0]?.[
      'lsn'
    ] ?? '0/0';
  await sync();
  /** The feed by itself, from where the replica stands. */
  async function* read(more: JobOptions): AsyncGenerator<FeedPage> {
    const [stream] = await postgres.discover(probeContext(postgres, { ...job(), ...more }));
    const { feed } = stream!;
    yield* feed!.read(feed!.parseCursor(replica.feedCursor)) as AsyncGenerator<FeedPage>;
  }
  const release = (more: JobOptions = {}) => postgres.release?.(probeContext(postgres, { ...job(), ...more }));
  return { replica, sync, read, release, keys, told, slot, note: `${schema}.note` };
}

/** Waits until the one that reads has been heard for longer than twice the server's patience. */
async function expectLongLife(): Promise<void> {
  const [since] = await sql('SELECT now()::text AS now');
  await expect
    .poll(
      async () =>
        await sql(
          `SELECT 1 AS alive FROM pg_stat_replication WHERE now() > '${since?.['now']}'::timestamptz + interval '6 s'`,
        ),
      {
        timeout: 30_000,
      },
    )
    .toEqual([{ alive: 1 }]);
}

/** Writes so much log, and lets the server throw away what it may, that a slot of 1 MB is given up. */
async function floodLog(): Promise<void> {
  await sql('CREATE TABLE IF NOT EXISTS flood (body text)');
  for (let round = 0; round < 4; round += 1) {
    await sql(`INSERT INTO flood SELECT repeat(md5(i::text), 100) FROM generate_series(1, 3000) i`);
    await sql('SELECT pg_switch_wal()');
    await sql('CHECKPOINT');
  }
}

describe('the slot', () => {
  test('is dropped when nothing is read any more, and only if it is the one of the connection', async () => {
    const one = await replicate();
    const other = await replicate();
    await one.release();
    await one.release();
    const left = await sql(
      `SELECT slot_name FROM pg_replication_slots WHERE slot_name IN ('${one.slot}', '${other.slot}')`,
    );
    expect(left).toEqual([{ slot_name: other.slot }]);
    await expect(other.release({ credentials: { username: 'nobody', password: 'x' } })).rejects.toMatchObject({
      reason: 'credential',
    });
  });

  test('is told only what a later job brings as stored, so that a job that dies has lost nothing', async () => {
    const { sync, told, replica, keys, note } = await replicate();
    const first = (replica.feedCursor as { lsn: string }).lsn;
    await sql(`INSERT INTO ${note} VALUES (4), (5)`);
    await sync({ breaksAfter: 0 });
    expect(parseLsn(await told())).toBeLessThanOrEqual(parseLsn(first));
    await sync();
    expect(keys()).toEqual([1, 2, 3, 4, 5]);
    const second = (replica.feedCursor as { lsn: string }).lsn;
    expect(parseLsn(await told())).toBeLessThanOrEqual(parseLsn(second));
    await sync();
    expect(parseLsn(await told())).toBeGreaterThanOrEqual(parseLsn(second));
  });

  test('moves on although only other tables are written, so that their log can be thrown away', async () => {
    const { sync, told, replica } = await replicate();
    await sql(
      `CREATE TABLE IF NOT EXISTS other (body text); INSERT INTO other SELECT md5(i::text) FROM generate_series(1, 2000) i`,
    );
    const [now] = await sql('SELECT pg_current_wal_flush_lsn()::text AS lsn');
    await sync();
    await sync();
    expect(parseLsn(await told())).toBeGreaterThanOrEqual(parseLsn(now?.['lsn'] ?? ''));
    expect(replica.copies).toHaveLength(1);
  });

  test('that was given up by the server is made anew, and everything is read again', async () => {
    const { sync, keys, replica, note, slot } = await replicate();
    await sql(`DELETE FROM ${note} WHERE id = 2`);
    await floodLog();
    expect(await sql(`SELECT wal_status FROM pg_replication_slots WHERE slot_name = '${slot}'`)).toEqual([
      { wal_status: 'lost' },
    ]);
    await sync();
    expect(keys()).toEqual([1, 3]);
    expect(replica.copies).toHaveLength(2);
    await sql(`INSERT INTO ${note} VALUES (9)`);
    await sync();
    expect(keys()).toEqual([1, 3, 9]);
    expect(replica.copies).toHaveLength(2);
  });

  test('that was dropped, or made again by hand, does not hide what was missed', async () => {
    const { sync, keys, note, slot } = await replicate();
    for (const [id, again] of [
      [11, 'SELECT 1'],
      [12, `SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`],
    ] as const) {
      await sql(`INSERT INTO ${note} VALUES (${id})`);
      await sql(`SELECT pg_drop_replication_slot('${slot}')`);
      await sql(again);
      await sync();
      expect(keys()).toContain(id);
    }
  });

  test('is ahead of a collection that was restored from a backup, which is read again', async () => {
    const { sync, keys, replica, note } = await replicate();
    await sync();
    const backup = replica.feedCursor;
    await sql(`DELETE FROM ${note} WHERE id = 1`);
    await sync();
    await sync();
    replica.feedCursor = backup;
    await sync();
    expect(replica.copies).toHaveLength(2);
    expect(keys()).toEqual([2, 3]);
  });

  test('in use by another reader is waited for', async () => {
    const { sync, note, keys } = await replicate();
    await sql(`INSERT INTO ${note} VALUES (4)`);
    let second: unknown;
    const blocked = async (): Promise<void> => {
      second = await sync().catch((error: unknown) => error);
    };
    let blocking: Promise<void> | undefined;
    await sync({ followMs: 3_000, onPage: () => void (blocking ??= blocked()) });
    await blocking;
    expect(second).toMatchObject({ reason: 'unavailable' });
    expect((second as Error).message).toContain('slot');
    await sync();
    expect(keys()).toContain(4);
  });

  test('of a publication that was made again tells nothing of before: everything is read again', async () => {
    const { sync, keys, note, slot } = await replicate();
    await sql(`DROP PUBLICATION ${slot}; INSERT INTO ${note} VALUES (4)`);
    await sync();
    expect(keys()).toContain(4);
    await sql(`ALTER PUBLICATION ${slot} DROP TABLE ${note}; INSERT INTO ${note} VALUES (5)`);
    await sync();
    expect(keys()).toContain(5);
    await sql(`DELETE FROM ${note} WHERE id = 5`);
    await sync();
    expect(keys()).not.toContain(5);
  });
});

describe('the server', () => {
  test('bears a reader that has nothing to hear for long, and one that is slow', async () => {
    await sql(`ALTER SYSTEM SET wal_sender_timeout = '3s'`);
    await sql('SELECT pg_reload_conf()');
    const { read, note } = await replicate();
    const pages = read({ followMs: 30_000 });
    const first = pages.next();
    await expectLongLife();
    await sql(`INSERT INTO ${note} SELECT i, repeat('x', 10000) FROM generate_series(4, 4000) i`);
    expect((await first).value?.parts[0]?.upserts.length).toBeGreaterThan(0);
    await expectLongLife();
    let rows = (await first).value?.parts[0]?.upserts.length ?? 0;
    while (rows < 3_997) rows += (await pages.next()).value?.parts[0]?.upserts.length ?? 0;
    expect(rows).toBe(3_997);
    await pages.return(undefined);
    await sql('ALTER SYSTEM RESET wal_sender_timeout');
    await sql('SELECT pg_reload_conf()');
  }, 60_000);

  test('may be stopped while its changes are followed, and killed between two jobs', async () => {
    await admin.end();
    const folder = await mkdtemp(join(tmpdir(), 'tributary-slot-'));
    // The server may run as another user.
    await chmod(folder, 0o755);
    const dataDir = join(folder, 'data');
    const first = server;
    server = await startPostgres({ ...LOGICAL, dataDir, fsync: true });
    await connect();
    const { sync, keys, note, replica } = await replicate();
    await sql(`INSERT INTO ${note} VALUES (4)`);
    let stopping: Promise<void> | undefined;
    const error: unknown = await sync({ followMs: 60_000, onPage: () => void (stopping ??= server.stop()) }).catch(
      (one: unknown) => one,
    );
    await stopping;
    expect(error).toMatchObject({ reason: 'unavailable' });

    server = await startPostgres({ ...LOGICAL, dataDir, fsync: true });
    await admin.end().catch(() => undefined);
    await connect();
    await sql(`INSERT INTO ${note} VALUES (5); DELETE FROM ${note} WHERE id = 1`);
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    server = await startPostgres({ ...LOGICAL, dataDir, fsync: true });
    await connect();
    await sync();
    expect(keys()).toEqual([2, 3, 4, 5]);
    expect(replica.copies).toHaveLength(1);
    await admin.end();
    await server.stop();
    await rm(folder, { recursive: true });
    server = first;
    await connect();
  }, 120_000);
});
