import type { Stats } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { extract, type ReadEntry } from 'tar';
import { purgeSource } from '../collection-store/sqlite/purge.ts';
import { listCollectionFiles, listSources } from '../collection-store/sqlite/snapshot.ts';
import { removeFiles } from '../collection-store/sqlite/files.ts';
import { CONTROL_FILE, listKnown, restoreControl, type ControlPlace } from '../control/snapshot.ts';
import { errors } from '../errors.ts';
import { fileDigest, Manifest, MANIFEST_FILE } from './manifest.ts';

const ENTRY = /^(backup\.json|control\.sqlite|vault\.key|vault\.wrapped\.json|collections\/[\w-]+\.sqlite)$/;

export interface RestoreOptions extends ControlPlace {
  readonly file: string;
}

/**
 * Makes a data directory of a backup: every file is compared with the digest that the backup holds before anything is put
 * in place, the control store is brought to the present schema, and moved into PostgreSQL when there is a `databaseUrl`.
 * Rows of a collection whose source connection was deleted while the backup was made are removed. Throws
 * `backup_unreadable`, `restore_target_occupied`, and `schema_mismatch` for a backup of a newer version.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Manifest> {
  const { file, dataDir } = options;
  await refuseOccupied(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // Inside, so that it is on the same disk: the data directory may be a mount of its own.
  const staging = await mkdtemp(join(dataDir, '.restore-'));
  try {
    const manifest = await unpack(file, staging);
    await putControl(options, staging);
    // The control store comes last: a service that starts too early finds none and says so by its first-start greeting.
    const entries = await readdir(staging);
    for (const name of entries.toSorted((a, b) => Number(a === CONTROL_FILE) - Number(b === CONTROL_FILE)))
      await rename(join(staging, name), join(dataDir, name));
    return manifest;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function refuseOccupied(dataDir: string): Promise<void> {
  const there = await readdir(dataDir).catch(() => []);
  if (there.length > 0) throw errors.restore_target_occupied({ place: dataDir });
}

async function unpack(file: string, staging: string): Promise<Manifest> {
  await mkdir(join(staging, 'collections'), { mode: 0o700 });
  try {
    await extract({ cwd: staging, file, strict: true, filter: isOurs });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw errors.backup_unreadable({ file, reason });
  }
  const text = await readFile(join(staging, MANIFEST_FILE), 'utf8').catch(() => '{}');
  const parsed = Manifest.safeParse(JSON.parse(text));
  if (!parsed.success) throw errors.backup_unreadable({ file, reason: `it has no ${MANIFEST_FILE} that we know` });
  for (const { path, sha256 } of parsed.data.files) {
    const digest = ENTRY.test(path) ? await fileDigest(join(staging, path)).catch(() => undefined) : undefined;
    if (digest !== sha256) throw errors.backup_unreadable({ file, reason: `${path} is missing or damaged` });
    await chmod(join(staging, path), 0o600);
  }
  await rm(join(staging, MANIFEST_FILE));
  return parsed.data;
}

/** Nothing else is taken out of the archive, whoever made it: no link, no path that leads elsewhere. */
function isOurs(path: string, entry: Stats | ReadEntry): boolean {
  return ENTRY.test(path) && 'type' in entry && entry.type === 'File';
}

async function putControl(options: RestoreOptions, staging: string): Promise<void> {
  const control = join(staging, CONTROL_FILE);
  const outcome = await restoreControl(options, control);
  if (outcome === 'occupied') throw errors.restore_target_occupied({ place: 'the database of DATABASE_URL' });
  const known = listKnown(control);
  for (const id of listCollectionFiles(staging)) {
    if (!known.collections.has(id)) {
      removeFiles(staging, id);
      continue;
    }
    const strangers = listSources(staging, id).filter((source) => !known.sourceConnections.has(source));
    for (const source of strangers) purgeSource(staging, id, source);
  }
  if (options.databaseUrl !== undefined) await rm(control);
}
