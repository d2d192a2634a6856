import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteControlStore } from '@tributary/server/control/sqlite';
import { systemClock } from '@tributary/server/lib/clock';
import { openVault } from '@tributary/server/vault/open-vault';
import { sealedTables } from '@tributary/server/vault/sealed-places';
import { storeEverywhere } from '@tributary/server/vault/testing/sealed-rows';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-cli-vault-'));
  const control = await openSqliteControlStore({
    path: join(dataDir, 'control.sqlite'),
    clock: systemClock,
    busy: 'block',
  });
  await storeEverywhere(control, await openVault({ dataDir, control }), 'secret');
  await control.close();
});
afterEach(() => rm(dataDir, { recursive: true }));

async function vault(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const terminal = testTerminal({ env: { TRIBUTARY_DATA_DIR: dataDir, ...env } });
  return { code: await runCli(['vault', ...args], terminal), ...terminal.written };
}

const file = () => readFile(join(dataDir, 'vault.key'), 'utf8');

test('shows the keys with what each opens, and rotates them', async () => {
  const before = await file();
  const first = await vault(['status']);
  const [title = '', row = '', ...more] = first.out.trim().split('\n');
  expect(title.split(/\s+/)).toEqual(['KEY', 'FROM', 'VALUES', 'SEALS', 'OPENS']);
  // One value in each place.
  expect(row?.split(/ +/)[2]).toBe(String(sealedTables.length));
  expect(row).toMatch(/^[\da-f]{16} {2}vault\.key +\d+ {2}yes +credential 1, organization_key 1, oauth_client 1, /);
  expect([first.code, first.err, more]).toEqual([0, '', []]);

  const rotated = await vault(['rotate']);
  expect(rotated.out).toMatch(/^[\da-f]{16} was added and seals from now on: \d+ values wrapped anew\.\n$/);
  expect(rotated.out).toContain(`: ${sealedTables.length} values`);
  expect(rotated.err).toContain('Back up, and take the older keys out');
  expect((await file()).startsWith(before)).toBe(true);
  const after = await vault(['status', '--json']);
  const keys = JSON.parse(after.out) as { current: boolean; uses: unknown[] }[];
  expect(keys.map(({ current, uses }) => [current, uses.length])).toEqual([
    [false, 0],
    [true, sealedTables.length],
  ]);
  // No key is on the screen, by no command.
  for (const key of (await file()).match(/^[\w+/]{43}=$/gm) ?? []) {
    expect(first.out + rotated.out + after.out).not.toContain(key);
  }
});

test('shows keys that are lost, which no rotation goes over', async () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  await rm(join(dataDir, 'vault.key'));
  const shown = await vault(['status'], { TRIBUTARY_VAULT_KEYS: key });
  expect(shown.out).toMatch(/ lost +\d+ {2}/);
  expect(shown.err).toContain('cannot be read');
  const refused = await vault(['rotate'], { TRIBUTARY_VAULT_KEYS: key });
  expect([refused.code, refused.out]).toEqual([1, '']);
  expect(refused.err).toContain('TRIBUTARY_VAULT_KEYS has not the keys of this database');
});

test('wraps by the newest key of the environment, and says which can be taken out', async () => {
  const env = {
    TRIBUTARY_VAULT_KEYS: `${Buffer.alloc(32, 7).toString('base64')},${Buffer.alloc(32, 8).toString('base64')}`,
  };
  expect((await vault(['rotate'], env)).out).toContain('No key was added');
  expect((await vault(['rotate', '--help'])).out).toContain('--retire');
});
