import type { Queryable } from '../control/database.ts';
import type { Millis } from '../control/schema.ts';
import { errors } from '../errors.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { allows } from './policy.ts';
import { listUsableApiKeys } from './repository.ts';
import { listAssigned } from './roles/repository.ts';
import { rightsOf } from './roles/rights.ts';

/**
 * Looks after a change of keys or roles, in its transaction: without a key that makes keys, only the operator could let
 * anybody in again.
 * @throws last_api_key
 */
export async function refuseNobodyLeft(
  tx: Queryable,
  organizationId: OrganizationId,
  now: Millis,
  id: string,
): Promise<void> {
  const keys = await listUsableApiKeys(tx, organizationId, now);
  const assigned = await listAssigned(tx, organizationId, 'all');
  const left = keys.some((key) =>
    allows(
      rightsOf(
        key.scopes,
        assigned.filter((one) => one.api_key_id === key.id),
      ),
      'api_keys:write',
    ),
  );
  if (!left) throw errors.last_api_key({ id });
}
