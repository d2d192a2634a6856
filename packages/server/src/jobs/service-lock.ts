import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Owner } from './owner.ts';
import { formatOwner, ownOwner, parseOwner, stateOf } from './owner.ts';

/** Another service lives on this data directory. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
  readonly pid: number;

  constructor(pid: number) {
    super(`process ${pid} already serves this data directory`);
    this.pid = pid;
  }
}

/**
 * Takes a data directory for this process: the embedded stores serve one service at a time. A file that a dead process
 * left is taken over. Gives the function that lets go. Throws `DataDirectoryInUse`.
 */
export function holdDataDirectory(dataDir: string): () => void {
  const path = join(dataDir, 'service.lock');
  const own = formatOwner(ownOwner(process.pid));
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(path, own, { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) throw error;
    }
    const holder = parseOwner(readHolder(path));
    if (holder && holder.process.pid !== process.pid && stateOf(holder.host, holder.process) === 'alive')
      throw new DataDirectoryInUse(holder.process.pid);
    rmSync(path, { force: true });
  }
}

/** The process that holds the data directory, dead or alive; `undefined` when none does. */
export function findHolder(dataDir: string): Owner | undefined {
  return parseOwner(readHolder(join(dataDir, 'service.lock')));
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
