import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { create } from 'tar';
import manifest from '../../package.json' with { type: 'json' };
import { listCollectionFiles, snapshotCollection } from '../collection-store/sqlite/snapshot.ts';
import { CONTROL_FILE, snapshotControl, type ControlPlace } from '../control/snapshot.ts';
import { KEY_FILE } from '../vault/key-file.ts';
import { WRAPPED_KEY_FILE } from '../vault/wrapped-key-file.ts';
import { fileDigest, MANIFEST_FILE, type KeysElsewhere, type Manifest } from './manifest.ts';

export interface BackupOptions extends ControlPlace {
  /** Where the backup goes; a file that is there is replaced when the new one is complete. */
  readonly file: string;
  /** Leave the vault's key out: the backup then opens no credential, and needs the key file beside it when it is restored. */
  readonly withoutKey?: boolean;
  /** Where the vault has keys that are in no file of the data directory. */
  readonly keysElsewhere?: readonly KeysElsewhere[];
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
    const keys = await snapshotWithKeys(options, join(staging, CONTROL_FILE));
    paths.push(CONTROL_FILE);
    for (const [name, text] of Object.entries(keys)) {
      if (name === KEY_FILE && options.withoutKey === true) continue;
      await writeFile(join(staging, name), text, { mode: 0o600 });
      paths.push(name);
    }
    onPart?.({ name: 'archive', number: of, of });
    const described = await describe(staging, paths, options);
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

/**
 * The control store, and the files of keys as they were before and after: had one been taken out in between, the copy could
 * hold values that only that one opens. A file of wrapped keys is no secret by itself, so `withoutKey` does not mean it.
 */
async function snapshotWithKeys(options: BackupOptions, path: string): Promise<Readonly<Record<string, string>>> {
  for (;;) {
    const before = await readKeys(options.dataDir);
    await snapshotControl(options, path);
    const after = await readKeys(options.dataDir);
    if (isDeepStrictEqual(before, after)) return after;
    await rm(path);
  }
}

async function readKeys(dataDir: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const name of [KEY_FILE, WRAPPED_KEY_FILE]) {
    try {
      files[name] = await readFile(join(dataDir, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return files;
}

async function describe(
  folder: string,
  paths: readonly string[],
  { clock, keysElsewhere = [] }: BackupOptions,
): Promise<Manifest> {
  const files = [];
  for (const path of paths) {
    const { size } = await stat(join(folder, path));
    files.push({ path, bytes: size, sha256: await fileDigest(join(folder, path)) });
  }
  return {
    format: 1,
    version: manifest.version,
    createdAt: new Date(clock.now()).toISOString(),
    files,
    keysElsewhere: [...keysElsewhere],
  };
}
