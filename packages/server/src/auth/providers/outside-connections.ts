import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Queryable } from '../../control/database.ts';
import type { AuthProviderId, ConnectionId, OrganizationId } from '../../lib/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import type { OpenedOutside, OutsideCredentialsSource } from './outside-credentials.ts';
import { findFirstSourceConnectionId, findOutsideAccount } from './repository.ts';
import { loadProviderKey } from './stored-key.ts';

/** An account at an outside vault of an organization. */
export interface OutsideAccountRequest {
  readonly organizationId: OrganizationId;
  readonly authProviderId: AuthProviderId;
  readonly config: JsonObject;
  readonly connector: Pick<Connector, 'id' | 'auth'>;
  readonly sourceConnectionId: string;
  /** The connection's own configuration. */
  readonly settings: JsonObject;
}

export interface OutsideConnectionRequest {
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
  readonly connector: Pick<Connector, 'id' | 'auth'>;
  readonly settings: JsonObject;
}

/** Credentials of connections whose method is `auth_provider`; throws `ConnectorError`, mostly as an `OutsideError`. */
export interface OutsideConnections {
  /** Of a stored connection; `undefined` when it names no outside vault. */
  open(request: OutsideConnectionRequest): Promise<OpenedOutside | undefined>;
  /** Of an account that may not be stored yet. */
  openAccount(request: OutsideAccountRequest): Promise<OpenedOutside>;
}

export function createOutsideConnections(needs: {
  readonly db: Queryable;
  readonly vault: Vault;
  readonly outside: Pick<OutsideCredentialsSource, 'open'>;
}): OutsideConnections {
  const { db, outside } = needs;
  const openAccount: OutsideConnections['openAccount'] = ({ organizationId, ...question }) =>
    outside.open({ ...question, loadKey: () => loadProviderKey(needs, organizationId, question.authProviderId) });
  return {
    openAccount,
    async open({ organizationId, connectionId, connector, settings }) {
      const account = await findOutsideAccount(db, organizationId, connectionId);
      if (!account) return undefined;
      const sourceConnectionId = await findFirstSourceConnectionId(db, organizationId, connectionId);
      return openAccount({
        organizationId,
        authProviderId: account.authProviderId,
        config: JSON.parse(account.config ?? '{}') as JsonObject,
        connector,
        sourceConnectionId: sourceConnectionId ?? connectionId,
        settings,
      });
    },
  };
}
