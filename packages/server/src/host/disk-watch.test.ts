import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '@tributary/connectors/testing/connector-probe';
import { systemClock } from '../lib/clock.ts';
import { createDiskWatch } from './disk-watch.ts';

function watch(dataDir: string, warnPercent: number) {
  const said: string[] = [];
  const note = (_fields: unknown, message: string): void => void said.push(message);
  const disk = createDiskWatch({
    dataDir,
    clock: systemClock,
    log: { ...silentLog, info: note, warn: note },
    warnPercent,
  });
  return { disk, said };
}

test('says once that the disk is nearly full, and once that it has room again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const always = watch(folder, 0);
  expect(always.disk.state()).toBe('ok');
  await always.disk.look();
  await always.disk.look();
  expect(always.disk.state()).toBe('nearly_full');
  expect(always.disk.used()).toBeGreaterThan(0);
  expect(always.said).toEqual(['the disk of the data directory is nearly full; syncs fail when it is']);
  const never = watch(folder, 101);
  await never.disk.look();
  expect([never.disk.state(), never.said]).toEqual(['ok', []]);
});

/** A small disk of its own; only root may mount one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    process.stderr.write('Skipped: a disk of its own cannot be mounted here; only root can.\n');
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test('G4-22 follows a real disk as it fills and is freed', async ({ skip }) => {
  const folder = mountSmallDisk();
  if (folder === undefined) return skip();
  const { disk, said } = watch(folder, 90);
  await disk.look();
  expect(disk.state()).toBe('ok');
  writeFileSync(join(folder, 'filling'), Buffer.alloc(960 * 1024));
  await disk.look();
  expect(disk.state()).toBe('nearly_full');
  expect(disk.used()).toBeGreaterThan(0.9);
  rmSync(join(folder, 'filling'));
  await disk.look();
  expect(disk.state()).toBe('ok');
  expect(said).toEqual([
    'the disk of the data directory is nearly full; syncs fail when it is',
    'the disk has room again',
  ]);
});
