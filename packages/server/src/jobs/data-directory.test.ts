import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../config.ts';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import { systemClock } from '../lib/clock.ts';
import type { Clock } from '../lib/clock.ts';
import { bindDataDirectory } from './data-directory.ts';
import type { BondNeeds, DataDirectoryBond } from './data-directory.ts';

let home: ControlStoreHome;
let control: ControlStore;
let folders: string[];
let bonds: DataDirectoryBond[];

beforeEach(async () => {
  home = await sqliteHome();
  control = await home.open();
  folders = [];
  bonds = [];
});

afterEach(async () => {
  for (const bond of bonds) bond.release();
  for (const folder of folders) rmSync(folder, { recursive: true });
  await control.close();
  await home.remove();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bond-'));
  folders.push(folder);
  return folder;
}

async function bind(dataDir: string, needs: Partial<BondNeeds> = {}): Promise<DataDirectoryBond> {
  const base = {
    control,
    dataDir,
    clock: systemClock,
    machine: 'here',
    role: 'service',
    onLost: () => undefined,
  } as const;
  const bond = await bindDataDirectory({ ...base, ...needs });
  bonds.push(bond);
  return bond;
}

/** Sleeps take no time, and nobody else does anything meanwhile unless the test does it there. */
function quickClock(whileAsleep: () => Promise<void> = async () => undefined): Clock {
  let now = Date.now();
  return {
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      now += ms;
      await whileAsleep();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const row = () => control.db.selectFrom('data_directory').selectAll().executeTakeFirstOrThrow();

test('binds a fresh database to the directory of the first service, which gets an identity; others may join it there', async () => {
  const dataDir = newFolder();
  await Promise.all([bind(dataDir), bind(dataDir)]);
  await bind(dataDir, { role: 'worker' });
  expect((await row()).id).toBe(readFileSync(join(dataDir, 'identity'), 'utf8').trim());
});

test('refuses another directory, a copy without identity, and a worker before the first service, and says what to do', async () => {
  const dataDir = newFolder();
  await expect(bind(dataDir, { role: 'worker' })).rejects.toThrow(/TRIBUTARY_DATA_DIR.*no file 'identity'/);
  await bind(dataDir);
  await expect(bind(newFolder())).rejects.toThrow(/in another data directory.*share one data directory/);
  await expect(bind(newFolder(), { role: 'worker' })).rejects.toThrow(ConfigError);
  await control.db.deleteFrom('data_directory').execute();
  await expect(bind(dataDir, { role: 'worker' })).rejects.toThrow(/Start the service first/);
});

test('refuses a second machine as long as the first one lives, even with a copy of the directory', async () => {
  const dataDir = newFolder();
  await bind(dataDir);
  const clock = quickClock(async () => {
    await control.db.updateTable('data_directory').set({ seen_at: Date.now() }).execute();
  });
  await expect(bind(dataDir, { machine: 'there', clock })).rejects.toThrow(/another machine works with this database/);
  expect((await row()).machine).toBe('here');
});

test('lets a machine take over from one that is silent, and tells the other when it comes back', async () => {
  const dataDir = newFolder();
  const first = await bind(dataDir);
  first.release();
  await bind(dataDir, { machine: 'there', clock: quickClock() });
  expect((await row()).machine).toBe('there');

  // The first one slept; it is still bound as far as it knows.
  await control.db.updateTable('data_directory').set({ machine: 'here' }).execute();
  const lost = Promise.withResolvers<void>();
  let asleep = true;
  const clock: Clock = {
    now: () => Date.now(),
    sleep: (_ms, signal) => (asleep ? systemClock.sleep(5, signal) : systemClock.sleep(60_000, signal)),
  };
  await bind(dataDir, { clock, onLost: lost.resolve });
  await control.db.updateTable('data_directory').set({ machine: 'there' }).execute();
  await lost.promise;
  asleep = false;
});
