import { chmod, copyFile, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import manifest from '../../package.json' with { type: 'json' };
import { listCollectionFiles, snapshotCollection } from '../collection-store/sqlite/snapshot.ts';
import { CONTROL_FILE, snapshotControl, type ControlPlace } from '../control/snapshot.ts';
import { fileDigest, MANIFEST_FILE, type Manifest } from './manifest.ts';

export const KEY_FILE = 'vault.key';

export interface BackupOptions extends ControlPlace {
  /** Where the backup goes; a file that is there is replaced when the new one is complete. */
  readonly file: string;
  /** Leave the vault's key out: the backup then opens no credential, and needs the key file beside it when it is restored. */
  readonly withoutKey?: boolean;
  /** Called before each part, with how many there are. */
  readonly onPart?: (part: { readonly name: string; readonly number: number; readonly of: number }) => void;
}

/**
 * Writes one file (a tar archive compressed with zstd, mode 600) of the control store, all collections and the key ring
 * while the service runs. Every database in it is of one moment; collections come before the control store, so whatever
 * control knows was not yet in them is read again by the next sync, and nothing is in them that control does not know or
 * has not deleted since. Needs room for a second copy of the data beside the file.
 */
export async function createBackup(options: BackupOptions): Promise<Manifest> {
  const { file, dataDir, onPart } = options;
  const staging = await mkdtemp(join(dirname(file), '.tributary-backup-'));
  try {
    const collections = listCollectionFiles(dataDir);
    const of = collections.length + 2;
    const paths: string[] = [];
    for (const [index, id] of collections.entries()) {
      onPart?.({ name: `collection ${id}`, number: index + 1, of });
      if (snapshotCollection(dataDir, id, staging)) paths.push(`collections/${id}.sqlite`);
    }
    onPart?.({ name: 'control store', number: of - 1, of });
    await snapshotControl(options, join(staging, CONTROL_FILE));
    paths.push(CONTROL_FILE);
    if (options.withoutKey !== true) {
      await copyFile(join(dataDir, KEY_FILE), join(staging, KEY_FILE));
      paths.push(KEY_FILE);
    }
    onPart?.({ name: 'archive', number: of, of });
    const described = await describe(staging, paths, options.clock.now());
    await writeFile(join(staging, MANIFEST_FILE), `${JSON.stringify(described, null, 2)}\n`);
    const archive = join(staging, 'archive');
    await create({ cwd: staging, file: archive, zstd: true, portable: true, strict: true }, [MANIFEST_FILE, ...paths]);
    await chmod(archive, 0o600);
    await rename(archive, file);
    return described;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function describe(folder: string, paths: readonly string[], now: number): Promise<Manifest> {
  const files = [];
  for (const path of paths) {
    const { size } = await stat(join(folder, path));
    files.push({ path, bytes: size, sha256: await fileDigest(join(folder, path)) });
  }
  return { format: 1, version: manifest.version, createdAt: new Date(now).toISOString(), files };
}
