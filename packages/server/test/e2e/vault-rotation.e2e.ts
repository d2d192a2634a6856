import { mkdtemp, readFile, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteControlStore } from '../../src/control/sqlite.ts';
import { seedOrganization } from '../../src/jobs/testing/seed.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { sealContext } from '../../src/vault/sealed-places.ts';
import { eventually } from '../harness/eventually.ts';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';
import { spawnTributary } from '../harness/tributary-command.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-rotation-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function tributary(args: readonly string[], dataDir: string): Promise<string> {
  const { code, output } = await spawnTributary([...args, '--data-dir', dataDir]).ended;
  expect(code, output).toBe(0);
  return output;
}

/** How many credentials each key has sealed. */
function usesOf(dataDir: string): Readonly<Record<string, number>> {
  const database = new Database(join(dataDir, 'control.sqlite'), { readonly: true, timeout: 10_000 });
  try {
    const rows = database.prepare('select key_id, count(*) as count from credential group by key_id').all();
    return Object.fromEntries((rows as { key_id: string; count: number }[]).map((row) => [row.key_id, row.count]));
  } finally {
    database.close();
  }
}

const keysIn = async (dataDir: string): Promise<number> =>
  (await readFile(join(dataDir, 'vault.key'), 'utf8')).match(/^[\w+/]{43}=$/gm)?.length ?? 0;

/** As if the newest key had been added a while ago, so that nobody waits for a minute. */
async function age(dataDir: string): Promise<void> {
  const before = new Date(Date.now() - 120_000);
  await utimes(join(dataDir, 'vault.key'), before, before);
}

async function connect(service: ServiceProcess, collection: string, seed: number): Promise<string> {
  const made = await service.call('POST', '/source-connections', {
    short_name: 'stub',
    readable_collection_id: collection,
    config: { entity_count: 150, generation_delay_ms: 20, seed },
    authentication: { credentials: { stub_key: `key-${seed}` } },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  return made.body.id;
}

const newestJob = async (service: ServiceProcess, id: string) =>
  (await service.call('GET', `/source-connections/${id}/jobs?limit=1`)).body[0];

async function expectCompleted(service: ServiceProcess, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const job = await eventually(`the job of ${id}`, async () => {
      const newest = await newestJob(service, id);
      return ['completed', 'failed', 'cancelled'].includes(newest?.status) ? newest : undefined;
    });
    expect(job, service.output()).toMatchObject({ status: 'completed' });
  }
}

async function runAll(service: ServiceProcess, ids: readonly string[]): Promise<void> {
  for (const id of ids) expect((await service.call('POST', `/source-connections/${id}/run`)).status).toBe(200);
}

// Many processes start one after the other; on a busy machine that takes its time.
describe('F1-2 tributary vault rotate', { timeout: 300_000 }, () => {
  it('adds a key while four syncs run and others begin: none fails, nothing starts anew, and the old key can go', async () => {
    const dataDir = await newFolder();
    const env = { TRIBUTARY_WORKERS: '2' };
    let service = await startServiceProcess(dataDir, env);
    onTestFinished(() => service.kill('service and workers').catch(() => undefined));
    const collection = (await service.call('POST', '/collections', { name: 'Rotation' })).body.readable_id;
    const ids: string[] = [];
    for (const seed of [1, 2, 3, 4]) ids.push(await connect(service, collection, seed));
    await eventually('four syncs that run', async () => {
      const states = await Promise.all(ids.map(async (id) => (await newestJob(service, id))?.status));
      return states.every((state) => state === 'running') ? true : undefined;
    });

    expect(await tributary(['vault', 'rotate'], dataDir)).toContain('was added and seals from now on: 4 values');
    const [added, ...others] = Object.keys(usesOf(dataDir));
    expect(others).toEqual([]);
    // Sealed by a process that runs with the old key, and opened by workers that do.
    ids.push(await connect(service, collection, 5));
    expect(usesOf(dataDir)).toEqual({ [added ?? '']: 5 });
    await expectCompleted(service, ids);

    await age(dataDir);
    expect(await tributary(['vault', 'rotate', '--retire'], dataDir)).toContain('Taken out:');
    expect(await keysIn(dataDir)).toBe(1);
    await runAll(service, ids);
    await expectCompleted(service, ids);
    const status = JSON.parse(await tributary(['vault', 'status', '--json'], dataDir));
    expect(status).toEqual([
      { id: added, source: 'file', current: true, uses: [{ table: 'credential', keyId: added, values: 5 }] },
    ]);
    expect(service.output()).not.toMatch(/credential|vault/);

    expect(await service.stop()).toBe(0);
    service = await startServiceProcess(dataDir, env);
    await runAll(service, ids);
    await expectCompleted(service, ids);
    expect(await service.stop()).toBe(0);
  });

  it('killed in the middle, goes on when it is run again, and adds no other key', async () => {
    const dataDir = await newFolder();
    const values = 4_000;
    const control = await openSqliteControlStore({
      path: join(dataDir, 'control.sqlite'),
      clock: systemClock,
      busy: 'retry',
    });
    onTestFinished(() => control.close());
    const vault = await openVault({ dataDir, control });
    const seed = await seedOrganization(control, systemClock);
    await seed.addOrders(values);
    const connections = await control.db.selectFrom('connection').select('id').execute();
    const context = (id: string) => sealContext('credential', seed.organizationId, id);
    await control.transaction(async (tx) => {
      for (const { id } of connections) {
        const row = { connection_id: id, organization_id: seed.organizationId, updated_at: 1 };
        await tx
          .insertInto('credential')
          .values({ ...row, ...vault.seal({ id }, context(id)) })
          .execute();
      }
    });
    const old = vault.currentKeyId;

    const { child, ended } = spawnTributary(['vault', 'rotate', '--data-dir', dataDir]);
    await eventually('a part of the values to be wrapped anew', async () => {
      const { [old]: left = 0 } = usesOf(dataDir);
      return left < values ? true : undefined;
    });
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
    const { [old]: left = 0, ...others } = usesOf(dataDir);
    expect(left).toBeGreaterThan(0);
    expect(Object.values(others)).toEqual([values - left]);
    expect(await keysIn(dataDir)).toBe(2);
    const open = async () => {
      for (const row of await control.db.selectFrom('credential').selectAll().execute())
        expect(vault.open(row, context(row.connection_id))).toEqual({ id: row.connection_id });
    };
    await open();
    await age(dataDir);
    const early = await spawnTributary(['vault', 'rotate', '--retire', '--data-dir', dataDir]).ended;
    expect([early.code, early.output]).toEqual([
      1,
      expect.stringContaining(`${left} stored values are sealed by older keys`),
    ]);

    expect(await tributary(['vault', 'rotate'], dataDir)).toContain(
      `No key was added; ${Object.keys(others)[0]} seals`,
    );
    expect(usesOf(dataDir)).toEqual({ [Object.keys(others)[0] ?? '']: values });
    await tributary(['vault', 'rotate', '--retire'], dataDir);
    expect(await keysIn(dataDir)).toBe(1);
    expect((await stat(join(dataDir, 'vault.key'))).mode & 0o777).toBe(0o600);
    await open();
  });
});

describe('tributary vault', () => {
  it('says that a folder is no data directory, and makes nothing there', async () => {
    const dataDir = await newFolder();
    const { code, output } = await spawnTributary(['vault', 'rotate', '--data-dir', dataDir]).ended;
    expect([code, output]).toEqual([2, expect.stringContaining('has no control store')]);
    await expect(stat(join(dataDir, 'vault.key'))).rejects.toThrow('ENOENT');
  });
});
