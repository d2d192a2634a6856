import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOwner, ownOwner, parseOwner, stateOf } from './owner.ts';

const PLACE = /^worker-\d+\.lock$/;

/** Notes in the data directory that a worker lives on it, started on its own; gives the function that removes the note. */
export function takeWorkerPlace(dataDir: string): () => void {
  const path = join(dataDir, `worker-${process.pid}.lock`);
  writeFileSync(path, formatOwner(ownOwner(process.pid)), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** True while a worker that was started on its own may live; notes of dead ones are removed. */
export function hasWorkerPlaces(dataDir: string): boolean {
  const places = readdirSync(dataDir).filter((name) => PLACE.test(name));
  return places.map((name) => isTaken(join(dataDir, name))).includes(true);
}

function isTaken(path: string): boolean {
  const holder = parseOwner(readNote(path));
  if (holder && stateOf(holder.host, holder.process) !== 'dead') return true;
  rmSync(path, { force: true });
  return false;
}

function readNote(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
