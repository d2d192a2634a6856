import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatOwner, identityOf, ownOwner } from './owner.ts';
import { DataDirectoryInUse, holdDataDirectory } from './service-lock.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tributary-lock-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('a data directory that a living process serves is refused, and free again when that process is dead', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(other, 'spawn');
  writeFileSync(
    join(dataDir, 'service.lock'),
    formatOwner({ ...ownOwner(process.pid), process: identityOf(other.pid!) }),
  );
  expect(() => holdDataDirectory(dataDir)).toThrow(DataDirectoryInUse);
  other.kill('SIGKILL');
  await once(other, 'exit');
  holdDataDirectory(dataDir)();
  expect(existsSync(join(dataDir, 'service.lock'))).toBe(false);
});

test('a file that says nothing is taken over', () => {
  writeFileSync(join(dataDir, 'service.lock'), '');
  expect(() => holdDataDirectory(dataDir)()).not.toThrow();
});
