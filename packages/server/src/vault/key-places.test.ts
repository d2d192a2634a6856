import { randomBytes } from 'node:crypto';
import { lstat, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@tributary/connectors/kit/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import { must } from '../lib/asserts.ts';
import { systemClock } from '../lib/clock.ts';
import type { KeyPlace } from './key-place.ts';
import { keyIdOf } from './key-ring.ts';
import { openVault } from './open-vault.ts';
import { rewrapCredentials } from './rewrap.ts';
import { RingKeys } from './ring-keys.ts';
import { describeVault, retireVaultKeys, rotateVault } from './rotation.ts';
import { sealedTables } from './sealed-places.ts';
import { storeEverywhere, type SealedRows } from './testing/sealed-rows.ts';
import { startTransitServer, type TransitServer } from './testing/transit-server.ts';
import type { Vault } from './vault.ts';

let dataDir: string;
let control: ControlStore;
const cleanups: (() => Promise<unknown>)[] = [];
const atOnce = { now: () => Date.now(), sleep: async () => undefined };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-keys-'));
  const home = await sqliteHome();
  control = await home.open();
  cleanups.push(
    () => control.close(),
    () => home.remove(),
    () => rm(dataDir, { recursive: true }),
  );
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const newKey = () => randomBytes(32).toString('base64');
const file = (): KeyPlace => ({ dataDir });
const environment = (...keys: readonly string[]): KeyPlace => ({ dataDir, vaultKeys: new Secret(keys.join(',')) });
const open = (place: KeyPlace) => openVault({ ...place, control });
const retire = (place: KeyPlace) => retireVaultKeys({ ...place, control, clock: atOnce });
const exists = (name: string) =>
  stat(join(dataDir, name)).then(
    () => true,
    () => false,
  );

async function expectAllOpen(vault: Vault, rows: SealedRows): Promise<void> {
  for (const table of sealedTables) {
    const row = await control.db
      .selectFrom(table as 'organization_key')
      .select(['key_id', 'wrapped_key', 'ciphertext'])
      .executeTakeFirstOrThrow();
    expect(vault.open(row, rows[table]), table).toEqual({ secret: 'canary' });
  }
}

describe('keys of the environment', () => {
  it('F1-1 seal without any file', async () => {
    const key = newKey();
    const vault = await open(environment(key));
    const rows = await storeEverywhere(control, vault, 'canary');
    expect(vault.currentKeyId).toBe(keyIdOf(Buffer.from(key, 'base64')));
    expect(await exists('vault.key')).toBe(false);
    await expectAllOpen(await open(environment(key)), rows);
  });

  it('F1-2 refuse to start when they are others, or gone', async () => {
    const key = newKey();
    await storeEverywhere(control, await open(environment(key)), 'canary');
    await expect(open(environment(newKey()))).rejects.toThrow('TRIBUTARY_VAULT_KEYS has not the keys of this database');
    await expect(open(file())).rejects.toThrow('is missing');
    expect(await exists('vault.key')).toBe(false);
  });

  it('F1-2 rotate: the newest wraps what the others did, and then they may go', async () => {
    const [first, second] = [newKey(), newKey()];
    const rows = await storeEverywhere(control, await open(environment(first)), 'canary');
    // Processes that still have one key go on to seal by it while the new one is brought to all of them.
    expect((await open(environment(second, first))).currentKeyId).toBe((await open(environment(first))).currentKeyId);
    const done = await rotateVault({ ...environment(first, second), control });
    expect(done).toMatchObject({ added: undefined, rewrapped: sealedTables.length });
    const idle = [keyIdOf(Buffer.from(first, 'base64'))];
    expect(await retire(environment(first, second))).toEqual({ removed: [], idleInEnvironment: idle });
    await expectAllOpen(await open(environment(second)), rows);
  });

  it('F1-2 take over from the key file, which goes when it opens nothing any more', async () => {
    const rows = await storeEverywhere(control, await open(file()), 'canary');
    const place = environment(newKey());
    const vault = await open(place);
    await expectAllOpen(vault, rows);
    await rewrapCredentials({ control, vault });
    expect((await describeVault({ ...place, control })).map(({ source, current }) => [source, current])).toEqual([
      ['file', false],
      ['environment', true],
    ]);
    await retire(place);
    expect(await exists('vault.key')).toBe(false);
    await expectAllOpen(await open(place), rows);
  });

  it.each(['short', `${Buffer.alloc(16).toString('base64')}`, `${newKey()},`, `${newKey()} ${newKey()}`])(
    'F1-3 that are none stop the start, and are not repeated: %j',
    (text) => {
      expect(() => loadConfig({ TRIBUTARY_VAULT_KEYS: text })).toThrow(
        expect.toSatisfy(
          (error: Error) =>
            error.message.startsWith('TRIBUTARY_VAULT_KEYS must be keys') && !error.message.includes(text),
        ),
      );
    },
  );

  it('are read from the configuration', async () => {
    const key = newKey();
    const config = loadConfig({ TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_VAULT_KEYS: ` ${newKey()}, ${key} ` });
    expect((await openVault({ ...config, control })).currentKeyId).toBe(keyIdOf(Buffer.from(key, 'base64')));
    expect(JSON.stringify(config)).not.toContain(key);
  });
});

describe('keys that a key service wraps', () => {
  let server: TransitServer;
  beforeEach(async () => {
    server = await startTransitServer();
    cleanups.push(() => server.stop());
  });
  const service = (token = server.token): KeyPlace => ({
    dataDir,
    vaultTransitUrl: server.url,
    vaultTransitToken: new Secret(token),
    clock: atOnce,
  });
  const path = () => join(dataDir, 'vault.wrapped.json');

  it('F1-1 are on this host only as the service has wrapped them, and it is asked once a start', async () => {
    const vault = await open(service());
    const rows = await storeEverywhere(control, vault, 'canary');
    expect(await exists('vault.key')).toBe(false);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    const keys = new RingKeys(service());
    await keys.load();
    const key = must(keys.list()[0], 'the ring has a key').key;
    for (const spelling of ['base64', 'hex'] as const)
      expect(await readFile(path(), 'utf8')).not.toContain(key.toString(spelling));
    server.seen.splice(0);
    await expectAllOpen(await open(service()), rows);
    expect(server.seen.map(({ verb }) => verb)).toEqual(['decrypt']);
  });

  it('F1-2 seal and open while the service is away, and processes do not start without it', async () => {
    const vault = await open(service());
    server.answerWith({ status: 503, body: 'sealed' });
    const rows = await storeEverywhere(control, vault, 'canary');
    await expectAllOpen(vault, rows);
    await expect(open(service())).rejects.toThrow('answered 503');
    server.answerWith(undefined);
    await expectAllOpen(await open(service()), rows);
    await expect(open(service('hvs.other'))).rejects.toThrow('refused the token');
  });

  it('F1-2 refuse to start when the file is gone, of another database, or of another key of the service', async () => {
    await storeEverywhere(control, await open(service()), 'canary');
    const text = await readFile(path(), 'utf8');
    await rm(path());
    await expect(open(service())).rejects.toThrow('vault.wrapped.json is missing');
    expect(await exists('vault.wrapped.json')).toBe(false);
    const other = await sqliteHome();
    const otherControl = await other.open();
    await openVault({ ...service(), control: otherControl });
    await otherControl.close();
    await other.remove();
    await expect(open(service())).rejects.toThrow('vault.wrapped.json is not of this database');
    await writeFile(path(), text.replace(/"vault:v1:..../, '"vault:v1:AAAA'), { mode: 0o600 });
    await expect(open(service())).rejects.toThrow('the text is not of this key');
    await writeFile(path(), text, { mode: 0o600 });
    await open(service());
    await expect(open({ ...service(), vaultTransitToken: undefined })).rejects.toThrow(
      'TRIBUTARY_VAULT_TRANSIT_TOKEN is missing',
    );
  });

  it('F1-2 rotate while processes run, without their asking the service', async () => {
    const running = await open(service());
    const rows = await storeEverywhere(control, running, 'canary');
    const first = running.currentKeyId;
    server.rotate();
    const done = await rotateVault({ ...service(), control });
    expect(done).toMatchObject({ rewrapped: sealedTables.length, unreadable: [] });
    const asked = server.seen.length;
    await expectAllOpen(running, rows);
    expect(running.seal({}, rows.credential).key_id).toBe(done.added);
    expect(server.seen.length).toBe(asked);
    // All keys are wrapped by the newest version of the service's own key, so older versions may go there.
    server.setOldest(2);
    expect((await retire(service())).removed).toEqual([first]);
    expect(await readFile(path(), 'utf8')).not.toContain('handover');
    await expectAllOpen(await open(service()), rows);
  });

  it('F1-2 are learned from the service by a process that nobody handed them to; until then it does not seal', async () => {
    const idle = new RingKeys(service());
    await open(service());
    await idle.load();
    await rotateVault({ ...service(), control });
    await retire(service());
    expect(() => idle.look(new Map())).toThrow(expect.objectContaining({ code: 'vault_key_unknown' }));
    await idle.learn();
    expect(idle.look(new Map())).toHaveLength(1);
  });

  it('F1-2 take over from the key file, and from the environment', async () => {
    const rows = await storeEverywhere(control, await open(file()), 'canary');
    const place = { ...service(), ...environment(newKey()) };
    const vault = await open(place);
    expect(await rewrapCredentials({ control, vault })).toEqual({ rewrapped: sealedTables.length, unreadable: [] });
    const { removed, idleInEnvironment } = await retire(place);
    expect([removed.length, idleInEnvironment.length]).toEqual([1, 1]);
    await expectAllOpen(await open(service()), rows);
    expect(await exists('vault.key')).toBe(false);
  });
});

describe('two rotations at once', () => {
  it('F1-2 lose no key, whichever comes second', async () => {
    const rows = await storeEverywhere(control, await open(file()), 'canary');
    const done = await Promise.all([rotateVault({ ...file(), control }), rotateVault({ ...file(), control })]);
    const text = await readFile(join(dataDir, 'vault.key'), 'utf8');
    const added = done.map((one) => one.added).filter((id) => id !== undefined);
    const ids = text.match(/^[\w+/]{43}=$/gm)?.map((key) => keyIdOf(Buffer.from(key, 'base64')));
    expect(ids).toEqual(expect.arrayContaining(added));
    await rotateVault({ ...file(), control });
    await expectAllOpen(await open(file()), rows);
  });

  it('keep a key file that is a link to another place', async () => {
    await open(file());
    const [link, elsewhere] = [join(dataDir, 'vault.key'), join(dataDir, 'elsewhere')];
    await rename(link, elsewhere);
    await symlink(elsewhere, link);
    const { added } = await rotateVault({ ...file(), control });
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await stat(elsewhere)).mode & 0o777).toBe(0o600);
    expect((await open(file())).currentKeyId).toBe(added);
  });

  it('break the lock of a process that is gone, and respect one that lives', async () => {
    await open(file());
    const lock = join(dataDir, 'vault.key.lock');
    await writeFile(lock, String(process.ppid));
    await expect(rotateVault({ ...file(), control })).rejects.toThrow(`process ${process.ppid} changes`);
    await writeFile(lock, '4194304');
    await expect(rotateVault({ ...file(), control, clock: systemClock })).resolves.toMatchObject({ rewrapped: 0 });
    expect(await exists('vault.key.lock')).toBe(false);
  });
});
