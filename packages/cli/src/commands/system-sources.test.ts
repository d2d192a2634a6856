import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteControlStore } from '@tributary/server/control/sqlite';
import { systemClock } from '@tributary/server/lib/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-cli-system-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function systemSources(...args: readonly string[]) {
  const terminal = testTerminal({ env: { TRIBUTARY_DATA_DIR: dataDir } });
  return { code: await runCli(['system-sources', ...args], terminal), ...terminal.written };
}

test('refuses an id that no connection has, and a directory without a service', async () => {
  expect(await systemSources('add', 'none')).toMatchObject({ code: 2, err: expect.stringContaining('control store') });
  const path = join(dataDir, 'control.sqlite');
  await (await openSqliteControlStore({ path, clock: systemClock, busy: 'block' })).close();
  expect(await systemSources('add', 'none')).toMatchObject({ code: 2, err: expect.stringContaining('no integration') });
});
