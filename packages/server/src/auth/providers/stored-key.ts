import type { Queryable } from '../../control/database.ts';
import type { AuthProviderId, OrganizationId } from '../../lib/ids.ts';
import type { SealContext, Vault } from '../../vault/vault.ts';
import type { OutsideKey } from './outside-credentials.ts';
import { OutsideError } from './outside-error.ts';
import { isOutsideKind } from './outside-providers.ts';
import { findAuthProvider } from './repository.ts';

/** Where the key of an outside vault is sealed. */
export function providerKeyContext(organizationId: OrganizationId, id: AuthProviderId): SealContext {
  return { organizationId, row: id, column: 'auth_provider.ciphertext' };
}

/** The key as it is now. Throws `OutsideError('configuration')`, `credential_unreadable`. */
export async function loadProviderKey(
  { db, vault }: { readonly db: Queryable; readonly vault: Vault },
  organizationId: OrganizationId,
  id: AuthProviderId,
): Promise<OutsideKey> {
  const row = await findAuthProvider(db, organizationId, id);
  if (!row || !isOutsideKind(row.kind)) {
    throw new OutsideError('configuration', 'The auth provider of this connection is not connected any more.');
  }
  const key = vault.open(row, providerKeyContext(organizationId, id));
  return { kind: row.kind, key, keyId: `${id} ${row.modified_at}` };
}
