import { cp, mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { Secret } from '@tributary/connectors/kit/secret';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createBackup } from '../../src/backup/create-backup.ts';
import { restoreBackup } from '../../src/backup/restore-backup.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startTransitServer } from '../../src/vault/testing/transit-server.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { eventually } from '../harness/eventually.ts';

let folder: string;
let postgres: RunningPostgres;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-backup-'));
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

let counter = 0;
const fresh = (name: string): string => join(folder, `${name}-${(counter += 1)}`);
const sqlite = (dataDir: string) => ({ dataDir, databaseUrl: undefined, clock: systemClock });
const inPostgres = (dataDir: string, url: string) => ({ dataDir, databaseUrl: new Secret(url), clock: systemClock });

async function start(env: Readonly<Record<string, string>> = {}): Promise<TestService> {
  // A restored lease is one of a process that may still live: it ends by its time.
  const service = await startTestService({ TRIBUTARY_LEASE_MS: '2000', ...env });
  onTestFinished(() => service.stop());
  return service;
}

const count = async (service: TestService, id: string): Promise<number> =>
  (await service.api('GET', `/source-connections/${id}`)).body.entities.total_entities;

/** What a deletion leaves in the control store when it is done. */
function deleteInControl(dataDir: string, id: string): void {
  const control = new Database(join(dataDir, 'control.sqlite'));
  try {
    control.pragma('foreign_keys = ON');
    expect(control.prepare('delete from source_connection where id = ?').run(id).changes).toBe(1);
  } finally {
    control.close();
  }
}

/** What a person would look at after a restore: search, the old key, a sync with the sealed credential. */
async function expectWhole(
  service: TestService,
  made: { id: string; readable_collection_id: string },
  entities: number,
) {
  expect(await count(service, made.id)).toBe(entities);
  const found = await service.api('POST', `/collections/${made.readable_collection_id}/search/instant`, {
    query: 'report ledger harbour invoice meeting release contract schedule customer budget warehouse survey',
    limit: 3,
  });
  expect(found.status).toBe(200);
  expect(found.body.results.length).toBeGreaterThan(0);
  const run = await service.api('POST', `/source-connections/${made.id}/run`);
  expect(run.status).toBe(200);
  expect(await service.waitForJob(made.id)).toMatchObject({ status: 'completed', entities_inserted: 0 });
  expect(await count(service, made.id)).toBe(entities);
}

describe('a backup', () => {
  it('is one file of mode 600, taken while syncs run, that another directory goes on from', async () => {
    const service = await start();
    const made = await service.newStub({ config: { entity_count: 60 } });
    const busy = await service.newStub({
      wait: false,
      config: { entity_count: 600, generation_delay_ms: 2 },
    });
    await eventually('a sync in the middle', async () => ((await count(service, busy.id)) > 0 ? true : undefined));
    const file = fresh('busy.tar.zst');
    const parts: string[] = [];
    const manifest = await createBackup({
      ...sqlite(service.dataDir),
      file,
      onPart: ({ name, number, of }) => parts.push(`${number}/${of} ${name.split(' ')[0]}`),
    });
    expect(parts).toEqual(['1/4 collection', '2/4 collection', '3/4 control', '4/4 archive']);
    expect(manifest.files.map(({ path }) => path.replace(/[\w-]{36}/, 'id'))).toEqual([
      'collections/id.sqlite',
      'collections/id.sqlite',
      'control.sqlite',
      'vault.key',
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await count(service, made.id);

    const dataDir = fresh('restored');
    await restoreBackup({ ...sqlite(dataDir), file });
    expect((await stat(join(dataDir, 'vault.key'))).mode & 0o777).toBe(0o600);
    const other = await start({ TRIBUTARY_DATA_DIR: dataDir });
    await expectWhole(other, made, before);
    // The sync that was cut by the backup goes on by itself, from the cursor that the backup holds.
    expect(await other.waitForJob(busy.id)).toMatchObject({ status: 'completed' });
    await service.waitForJob(busy.id);
    expect(await count(other, busy.id)).toBe(await count(service, busy.id));
  });

  it('moves a control store from SQLite to PostgreSQL and back', async () => {
    const service = await start();
    const made = await service.newStub({ config: { entity_count: 30 } });
    const before = await count(service, made.id);
    const toPostgres = fresh('to-postgres.tar.zst');
    await createBackup({ ...sqlite(service.dataDir), file: toPostgres });

    const url = await postgres.createDatabase('restored');
    const dataDir = fresh('on-postgres');
    await restoreBackup({ ...inPostgres(dataDir, url), file: toPostgres });
    await expect(stat(join(dataDir, 'control.sqlite'))).rejects.toThrow('ENOENT');
    const onPostgres = await start({ TRIBUTARY_DATA_DIR: dataDir, DATABASE_URL: url });
    await expectWhole(onPostgres, made, before);

    const toSqlite = fresh('to-sqlite.tar.zst');
    await createBackup({ ...inPostgres(dataDir, url), file: toSqlite });
    const back = fresh('back');
    await restoreBackup({ ...sqlite(back), file: toSqlite });
    const again = await start({ TRIBUTARY_DATA_DIR: back });
    await expectWhole(again, made, before);
    expect((await again.api('GET', '/tributary/v1/audit-events')).body.items.length).toBeGreaterThan(2);
    await expect(restoreBackup({ ...inPostgres(fresh('twice'), url), file: toSqlite })).rejects.toMatchObject({
      code: 'restore_target_occupied',
    });
  });

  it('forgets what was deleted while it was made', async () => {
    const service = await start();
    const collection = await service.newCollection();
    const kept = await service.newStub({ collection, config: { entity_count: 5, seed: 1 } });
    const gone = await service.newStub({ collection, config: { entity_count: 5, seed: 2 } });
    const before = await count(service, kept.id);
    // Between the collections and the control store, as a caller's deletion may come.
    const file = fresh('deleting.tar.zst');
    await createBackup({
      ...sqlite(service.dataDir),
      file,
      onPart: ({ name }) => {
        if (name === 'control store') deleteInControl(service.dataDir, gone.id);
      },
    });
    const dataDir = fresh('deleting');
    await restoreBackup({ ...sqlite(dataDir), file });
    const other = await start({ TRIBUTARY_DATA_DIR: dataDir });
    await expectWhole(other, kept, before);
    expect((await other.api('GET', `/source-connections/${gone.id}`)).status).toBe(404);
    const all = await other.api('POST', `/collections/${collection}/search/instant`, {
      query: 'report ledger harbour invoice meeting release contract schedule customer budget warehouse survey',
      limit: 100,
    });
    // The container of the stub's records holds none of these words.
    expect(all.body.results).toHaveLength(before - 1);
  });

  it('without the key opens no credential until the key file is back', async () => {
    const service = await start();
    await service.newStub();
    const file = fresh('keyless.tar.zst');
    await createBackup({ ...sqlite(service.dataDir), file, withoutKey: true });
    const dataDir = fresh('keyless');
    await restoreBackup({ ...sqlite(dataDir), file });
    await expect(startTestService({ TRIBUTARY_DATA_DIR: dataDir })).rejects.toThrow('vault.key is missing');
    await cp(join(service.dataDir, 'vault.key'), join(dataDir, 'vault.key'));
    await start({ TRIBUTARY_DATA_DIR: dataDir });
  });

  it('F1-1 carries keys as a key service has wrapped them, and says what it cannot hold', async () => {
    const transit = await startTransitServer();
    onTestFinished(() => transit.stop());
    const env = { TRIBUTARY_VAULT_TRANSIT_URL: transit.url, TRIBUTARY_VAULT_TRANSIT_TOKEN: transit.token };
    const service = await start(env);
    const made = await service.newStub();
    const before = await count(service, made.id);
    const file = fresh('wrapped.tar.zst');
    const options = { ...sqlite(service.dataDir), keysElsewhere: ['key_service'] as const };
    const manifest = await createBackup({ ...options, file, withoutKey: true });
    expect(manifest.keysElsewhere).toEqual(['key_service']);
    expect(manifest.files.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^collections/),
      'control.sqlite',
      'vault.wrapped.json',
    ]);
    const dataDir = fresh('wrapped');
    expect((await restoreBackup({ ...sqlite(dataDir), file })).keysElsewhere).toEqual(['key_service']);
    await expect(startTestService({ TRIBUTARY_DATA_DIR: dataDir })).rejects.toThrow('vault.key is missing');
    await expectWhole(await start({ ...env, TRIBUTARY_DATA_DIR: dataDir }), made, before);
  });

  it('that is damaged, foreign or restored over something is refused before anything is touched', async () => {
    const service = await start();
    await service.newStub();
    const file = fresh('damaged.tar.zst');
    await createBackup({ ...sqlite(service.dataDir), file });
    await expect(restoreBackup({ ...sqlite(service.dataDir), file })).rejects.toMatchObject({
      code: 'restore_target_occupied',
    });
    const { length } = await readFile(file);
    await truncate(file, Math.floor(length / 2));
    const dataDir = fresh('damaged');
    const refused = { code: 'backup_unreadable' };
    await expect(restoreBackup({ ...sqlite(dataDir), file })).rejects.toMatchObject(refused);
    await expect(restoreBackup({ ...sqlite(dataDir), file: import.meta.filename })).rejects.toMatchObject(refused);
    await expect(restoreBackup({ ...sqlite(dataDir), file: join(folder, 'none') })).rejects.toMatchObject(refused);
    await expect(stat(join(dataDir, 'control.sqlite'))).rejects.toThrow('ENOENT');
  });
});
