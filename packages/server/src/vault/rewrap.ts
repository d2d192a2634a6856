import type { ControlStore } from '../control/database.ts';
import { AppError } from '../errors.ts';
import { listWrappedOtherwise, updateWrappedKey } from './repository.ts';
import { sealContext, sealedTables } from './sealed-places.ts';
import type { Sealed, SealContext, Vault } from './vault.ts';

const batch = 200;

export interface Rewrapped {
  /** How many were wrapped anew. */
  readonly rewrapped: number;
  /** Ids of the rows whose value no key of the ring opens. */
  readonly unreadable: readonly string[];
}

/**
 * Wraps the data keys of everything that is sealed by the current key of the ring, so that older keys can be taken out.
 * Syncs go on meanwhile: both wrappings open the same value. Interrupted, the next call goes on with the rest.
 */
export async function rewrapCredentials({
  control,
  vault,
  signal,
  onProgress,
}: {
  readonly control: Pick<ControlStore, 'db'>;
  readonly vault: Vault;
  readonly signal?: AbortSignal;
  /** Called after every few hundred, with how many are done. */
  readonly onProgress?: (rewrapped: number) => void;
}): Promise<Rewrapped> {
  let rewrapped = 0;
  const unreadable: string[] = [];
  for (const table of sealedTables) {
    let after: string | undefined;
    while (signal?.aborted !== true) {
      const page = { keyId: vault.currentKeyId, after, limit: batch };
      const rows = await listWrappedOtherwise(control.db, table, page);
      for (const row of rows) {
        const fresh = wrappedAnew(vault, row, sealContext(table, row.organization_id, row.row));
        if (!fresh) unreadable.push(row.row);
        else if (await updateWrappedKey(control.db, table, row, fresh)) rewrapped += 1;
      }
      if (rows.length > 0) onProgress?.(rewrapped);
      after = rows.at(-1)?.row;
      if (rows.length < batch) break;
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
