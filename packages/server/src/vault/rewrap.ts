import type { ControlStore } from '../control/database.ts';
import { AppError } from '../errors.ts';
import type { ConnectionId } from '../lib/ids.ts';
import { organizationKeyContext } from './organization-keys.ts';
import {
  listCredentialsWrappedOtherwise,
  listKeysWrappedOtherwise,
  updateOrganizationKey,
  updateWrappedKey,
} from './repository.ts';
import type { Sealed, SealContext, Vault } from './vault.ts';

const batch = 200;

/**
 * Wraps the data keys of all credentials, and of the organizations' own keys, by the current key of the ring, so that
 * older keys can be taken out of the key file. Syncs go on meanwhile: both wrappings open the same value. Interrupted, the next call goes on with the rest.
 * @returns how many were wrapped anew, and the ids of the connections and organizations whose value no key of the ring opens
 */
export async function rewrapCredentials({
  control,
  vault,
  signal,
}: {
  readonly control: Pick<ControlStore, 'db'>;
  readonly vault: Vault;
  readonly signal?: AbortSignal;
}): Promise<{ readonly rewrapped: number; readonly unreadable: readonly string[] }> {
  let rewrapped = 0;
  const unreadable: string[] = [];
  let after: ConnectionId | undefined;
  while (signal?.aborted !== true) {
    const rows = await listCredentialsWrappedOtherwise(control.db, { keyId: vault.currentKeyId, after, limit: batch });
    for (const row of rows) {
      const context = {
        organizationId: row.organization_id,
        row: row.connection_id,
        column: 'credential.ciphertext',
      };
      const fresh = wrappedAnew(vault, row, context);
      if (!fresh) unreadable.push(row.connection_id);
      else if (await updateWrappedKey(control.db, row, fresh)) rewrapped += 1;
    }
    after = rows.at(-1)?.connection_id;
    if (rows.length < batch) break;
  }
  for (const row of await listKeysWrappedOtherwise(control.db, vault.currentKeyId)) {
    const fresh = wrappedAnew(vault, row, organizationKeyContext(row.organization_id));
    if (!fresh) unreadable.push(row.organization_id);
    else {
      await updateOrganizationKey(control.db, row.organization_id, fresh);
      rewrapped += 1;
    }
  }
  return { rewrapped, unreadable };
}

function wrappedAnew(vault: Vault, row: Sealed, context: SealContext) {
  try {
    const { key_id, wrapped_key } = vault.rewrap(row, context);
    return { key_id, wrapped_key };
  } catch (error) {
    if (error instanceof AppError && error.code === 'credential_unreadable') return undefined;
    throw error;
  }
}
