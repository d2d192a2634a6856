import type { Queryable } from '../../control/database.ts';
import type { Millis } from '../../control/schema.ts';
import type { ConnectionId, OrganizationId } from '../../lib/ids.ts';
import { recordNotice } from './record.ts';
import { isPausedForCredential } from './repository.ts';

export interface CredentialLoss {
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
  readonly reason: string;
  readonly now: Millis;
}

/** A provider has refused to renew an access for good: told once, unless a sync has found it out before. */
export async function recordCredentialLoss(tx: Queryable, loss: CredentialLoss): Promise<void> {
  const { organizationId, connectionId, reason, now } = loss;
  if (await isPausedForCredential(tx, organizationId, connectionId)) return;
  const happening = { kind: 'credential.needs_renewal', reason } as const;
  await recordNotice(tx, { organizationId, subject: { connectionId }, happening, now });
}
