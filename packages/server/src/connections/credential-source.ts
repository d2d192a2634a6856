import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';

/** A connection whose credentials are wanted. */
export interface CredentialRequest {
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
  readonly connector: Connector;
  /** As opened from the vault: what was typed in, the stored tokens, or nothing where an outside vault has them. */
  readonly credentials: JsonObject;
  /** Endpoint and read options together. */
  readonly config: JsonObject;
}

/**
 * Turns what is stored of a connection into what its connector takes: parsed fields for `direct`, `GrantedCredentials` for
 * everything whose tokens are renewed. One for the service and one for each worker process; renewals are safe across all.
 */
export interface CredentialSource {
  /** Throws `ConnectorError('credential' | 'configuration' | 'unavailable')`. */
  open(request: CredentialRequest): Promise<unknown>;
}
