import { randomBytes } from 'node:crypto';
import { Secret } from '@tributary/connectors/kit/secret';
import type { Queryable } from '../control/database.ts';
import { assert, must } from '../lib/asserts.ts';
import type { Clock } from '../lib/clock.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { findOrganizationKey, insertOrganizationKey } from './repository.ts';
import { sealContext } from './sealed-places.ts';
import type { Vault } from './vault.ts';

/** The key of an organization's field hashes: made when it is first needed, and the same from then on, so that hashes stay equal. */
export interface OrganizationKeys {
  /** 32 bytes in base64. Throws `credential_unreadable`. */
  get(db: Queryable, organizationId: OrganizationId): Promise<Secret>;
}

export function createOrganizationKeys({
  vault,
  clock,
}: {
  readonly vault: Vault;
  readonly clock: Clock;
}): OrganizationKeys {
  return {
    async get(db, organizationId) {
      const context = sealContext('organization_key', organizationId, organizationId);
      let row = await findOrganizationKey(db, organizationId);
      if (!row) {
        const sealed = vault.seal({ key: randomBytes(32).toString('base64') }, context);
        await insertOrganizationKey(db, { organization_id: organizationId, ...sealed, created_at: clock.now() });
        // Another call may have been first.
        row = must(await findOrganizationKey(db, organizationId), 'the key was just made');
      }
      const { key } = vault.open(row, context);
      assert(typeof key === 'string', 'a key was sealed as text');
      return new Secret(key);
    },
  };
}
