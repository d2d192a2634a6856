import { ConfigError, settings } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import { keyFilePath, newestSource, wrappedKeyPath, type KeyPlace } from './key-place.ts';
import { KeyRing } from './key-ring.ts';
import { listUsedKeyIds } from './repository.ts';
import { RingKeys } from './ring-keys.ts';
import { createVault, type Vault } from './vault.ts';

/**
 * Opens the vault that the configuration names. A key is made where there is none and nothing was sealed by one that is
 * lost. The vault learns keys that are added while it is in use.
 * @throws ConfigError when a key file is readable by others or broken, the key service does not answer, or the keys are not
 * those that the stored credentials were sealed with: a service that started all the same would fail every sync and seal
 * new credentials with a stray key
 */
export async function openVault({
  control,
  ...place
}: KeyPlace & { readonly control: Pick<ControlStore, 'db'> }): Promise<Vault> {
  const keys = new RingKeys(place);
  await keys.load();
  const used = await listUsedKeyIds(control.db);
  refuseWrongKeys(place, keys, used);
  await keys.createFirst();
  keys.keepLearning();
  return createVault(
    new KeyRing(
      keys.list().map(({ key }) => key),
      keys.look,
    ),
  );
}

function refuseWrongKeys(place: KeyPlace, keys: RingKeys, used: readonly string[]): void {
  const known = new Set(keys.list().map(({ id }) => id));
  const lacking = used.filter((id) => !known.has(id));
  if (lacking.length === 0) return;
  const sealed = `credentials are sealed with ${lacking.join(', ')}`;
  throw new ConfigError([describeLack(place, known.size === 0, sealed)]);
}

/** Where the keys should be, and what is wrong there. */
function describeLack(place: KeyPlace, none: boolean, sealed: string): string {
  switch (newestSource(place)) {
    case 'environment':
      return `${settings.vaultKeys.env} has not the keys of this database: ${sealed}. Put the keys that it had before in front of them`;
    case 'key_service':
      return none
        ? `${wrappedKeyPath(place)} is missing, and ${sealed}. Restore it from a backup`
        : `${wrappedKeyPath(place)} is not of this database: ${sealed}, which it lacks. Restore it from a backup`;
    case 'file': {
      const path = keyFilePath(place);
      const elsewhere = `or set ${settings.vaultKeys.env} or ${settings.vaultTransitUrl.env} as they were`;
      return none
        ? `${path} is missing, and ${sealed}. Restore it from a backup, ${elsewhere}`
        : `${path} is not the key file of this database: ${sealed}, which it lacks. Restore it from a backup, ${elsewhere}`;
    }
  }
}
