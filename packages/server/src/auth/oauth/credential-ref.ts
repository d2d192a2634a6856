import type { ConnectionId, OrganizationId } from '../../lib/ids.ts';

/** Which credential. */
export interface CredentialRef {
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
}
