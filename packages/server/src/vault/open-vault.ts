import { join } from 'node:path';
import { ConfigError } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import { must } from '../lib/asserts.ts';
import { createKeyFile, type KeyRing, readKeyFile } from './key-ring.ts';
import { listUsedKeyIds } from './repository.ts';
import { createVault, type Vault } from './vault.ts';

/**
 * Opens the vault of a data directory. The key file is made when there is none and nothing was sealed yet.
 * @throws ConfigError when the file is readable by others, broken, or not the one that the stored credentials were
 * sealed with: a service that started all the same would fail every sync and seal new credentials with a stray key
 */
export async function openVault({
  dataDir,
  control,
}: {
  readonly dataDir: string;
  readonly control: Pick<ControlStore, 'db'>;
}): Promise<Vault> {
  const path = join(dataDir, 'vault.key');
  const used = await listUsedKeyIds(control.db);
  let ring = readKeyFile(path);
  if (!ring && used.length === 0) {
    createKeyFile(path);
    ring = must(readKeyFile(path), 'the key file was just made');
  }
  if (!ring)
    throw new ConfigError([`${path} is missing, and credentials are sealed with it. Restore it from a backup`]);
  refuseWrongKeys(path, ring, used);
  return createVault(ring);
}

function refuseWrongKeys(path: string, ring: KeyRing, used: readonly string[]): void {
  const lacking = used.filter((id) => !ring.has(id));
  if (lacking.length === 0) return;
  throw new ConfigError([
    `${path} is not the key file of this database: credentials are sealed with ${lacking.join(', ')}, which it lacks. Restore it from a backup`,
  ]);
}
