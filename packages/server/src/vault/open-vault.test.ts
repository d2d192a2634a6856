import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import { systemClock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import { openVault } from './open-vault.ts';
import { createOrganizationKeys } from './organization-keys.ts';
import { rewrapCredentials } from './rewrap.ts';
import type { SealContext, Vault } from './vault.ts';

let dataDir: string;
let control: ControlStore;
let path: string;
const cleanups: (() => Promise<void>)[] = [];
const here: SealContext = { organizationId: newId(), row: newId(), column: 'credential.ciphertext' };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-vault-'));
  path = join(dataDir, 'vault.key');
  const home = await sqliteHome();
  control = await home.open();
  cleanups.push(
    () => rm(dataDir, { recursive: true }),
    () => control.close(),
    () => home.remove(),
  );
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Stores a credential, as a connection does. */
async function store(vault: Vault): Promise<void> {
  const organization_id = here.organizationId;
  const created = { created_at: 1, modified_at: 1, created_by_email: null, modified_by_email: null };
  const project_id = newId<never>();
  const connection_id = here.row as never;
  await control.db.insertInto('organization').values({ id: organization_id, name: 'A', created_at: 1 }).execute();
  await control.db
    .insertInto('project')
    .values({ id: project_id, organization_id, name: 'p', created_at: 1 })
    .execute();
  await control.db
    .insertInto('connection')
    .values({
      id: connection_id,
      organization_id,
      project_id,
      handle: 'h',
      handle_key: 'h',
      connector: 'postgres',
      connector_given: 'postgres',
      description: null,
      endpoint: '{}',
      auth_method: 'direct',
      authenticated_at: 1,
      label: null,
      ...created,
    })
    .execute();
  const sealed = vault.seal({ password: 'hunter2' }, here);
  await control.db
    .insertInto('credential')
    .values({ connection_id, organization_id, ...sealed, updated_at: 1 })
    .execute();
}

describe('opening the vault', () => {
  it('F1-23 makes a key file that only its owner can read, once', async () => {
    const sealed = (await openVault({ dataDir, control })).seal({ a: 1 }, here);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await openVault({ dataDir, control })).open(sealed, here)).toEqual({ a: 1 });
  });

  it('makes one key when several processes start at once', async () => {
    const vaults = await Promise.all(Array.from({ length: 8 }, () => openVault({ dataDir, control })));
    expect(new Set(vaults.map((vault) => vault.seal({}, here).key_id)).size).toBe(1);
  });

  it.each([0o640, 0o604, 0o660])('F1-23 refuses a key file of mode %o, and says what to run', async (mode) => {
    await openVault({ dataDir, control });
    await chmod(path, mode);
    await expect(openVault({ dataDir, control })).rejects.toThrow(`Run: chmod 600 ${path}`);
  });

  it.each(['', '# only words\n', 'not base64!\n', `${Buffer.alloc(16).toString('base64')}\n`])(
    'refuses a broken key file: %j',
    async (text) => {
      await writeFile(path, text, { mode: 0o600 });
      await expect(openVault({ dataDir, control })).rejects.toThrow('is not a vault key file');
    },
  );

  it('F1-2 refuses to start with another key, or without one, while credentials are stored', async () => {
    await store(await openVault({ dataDir, control }));
    const right = await readFile(path);
    await rm(path);
    await expect(openVault({ dataDir, control })).rejects.toThrow('is missing');
    await writeFile(path, `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
    await expect(openVault({ dataDir, control })).rejects.toThrow('is not the key file of this database');
    await writeFile(path, right);
    await expect(openVault({ dataDir, control })).resolves.toBeDefined();
  });
});

describe('a new key', () => {
  const credential = () => control.db.selectFrom('credential').selectAll().executeTakeFirstOrThrow();
  const append = async () => {
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}${randomBytes(32).toString('base64')}\n`);
  };

  it('F1-2 wraps what is stored while it is in use, and then the old key can go', async () => {
    const before = await openVault({ dataDir, control });
    await store(before);
    await append();
    const vault = await openVault({ dataDir, control });
    const old = await credential();
    expect(await rewrapCredentials({ control, vault })).toEqual({ rewrapped: 1, unreadable: [] });
    const fresh = await credential();
    expect(fresh).toMatchObject({ key_id: vault.currentKeyId, ciphertext: old.ciphertext });
    expect([vault.open(old, here), vault.open(fresh, here)]).toEqual([
      { password: 'hunter2' },
      { password: 'hunter2' },
    ]);
    expect(await rewrapCredentials({ control, vault })).toEqual({ rewrapped: 0, unreadable: [] });
    await writeFile(path, (await readFile(path, 'utf8')).trim().split('\n').at(-1) ?? '');
    expect((await openVault({ dataDir, control })).open(fresh, here)).toEqual({ password: 'hunter2' });
  });

  it('F1-2 keeps the key of an organization’s field hashes, and is needed as long as that is sealed with it', async () => {
    const { organizationId } = here;
    await control.db.insertInto('organization').values({ id: organizationId, name: 'A', created_at: 1 }).execute();
    const keysOf = (vault: Vault) => createOrganizationKeys({ vault, clock: systemClock });
    const both = () => keysOf(before).get(control.db, organizationId);
    const before = await openVault({ dataDir, control });
    const [one, other] = await Promise.all([both(), both()]);
    expect(Buffer.from(one.reveal(), 'base64')).toHaveLength(32);
    expect(other.reveal()).toBe(one.reveal());
    const dump = JSON.stringify(await control.db.selectFrom('organization_key').selectAll().execute());
    expect(dump).not.toContain(one.reveal());
    await append();
    const vault = await openVault({ dataDir, control });
    expect(await rewrapCredentials({ control, vault })).toEqual({ rewrapped: 1, unreadable: [] });
    await writeFile(path, (await readFile(path, 'utf8')).trim().split('\n').at(-1) ?? '');
    const after = await keysOf(await openVault({ dataDir, control })).get(control.db, organizationId);
    expect(after.reveal()).toBe(one.reveal());
    await writeFile(path, `${Buffer.alloc(32, 7).toString('base64')}\n`);
    await expect(openVault({ dataDir, control })).rejects.toThrow('is not the key file of this database');
  });

  it('F1-2 leaves alone what was sealed anew in between, and names what nothing opens', async () => {
    await store(await openVault({ dataDir, control }));
    await append();
    const vault = await openVault({ dataDir, control });
    const racing = { ...vault, rewrap: (...given: Parameters<Vault['rewrap']>) => resealAfter(vault.rewrap(...given)) };
    const resealAfter = <T>(value: T): T => {
      void control.db
        .updateTable('credential')
        .set(vault.seal({ password: 'new' }, here))
        .execute();
      return value;
    };
    expect((await rewrapCredentials({ control, vault: racing })).rewrapped).toBe(0);
    expect(vault.open(await credential(), here)).toEqual({ password: 'new' });
    await control.db.updateTable('credential').set({ wrapped_key: 'AAAA', key_id: 'other' }).execute();
    expect(await rewrapCredentials({ control, vault })).toEqual({ rewrapped: 0, unreadable: [here.row] });
  });
});
