import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Logger } from '@tributary/connectors/kit/context';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { Config } from '../../config.ts';
import type { ControlStore } from '../../control/database.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ConnectionId, OrganizationId } from '../../lib/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { createOutsideConnections, type OutsideConnections } from './outside-connections.ts';
import { createOutsideCredentials, type OpenedOutside, type OutsideCredentialsSource } from './outside-credentials.ts';
import { createOutsideProviders, type OutsideProviders } from './outside-providers.ts';

/** A connection whose credentials are wanted; `credentials` as the vault has them. */
interface Wanted {
  readonly connection?: { readonly organizationId: OrganizationId; readonly id: ConnectionId } | undefined;
  readonly connector: Connector;
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Endpoint and read options together. */
  readonly config: JsonObject;
}

/** What asks outside vaults, in whatever process it runs. */
export interface OutsideParts {
  readonly providers: OutsideProviders;
  readonly source: OutsideCredentialsSource;
  readonly connections: OutsideConnections;
  /** The credentials of a stored connection; `undefined` when no outside vault has them. */
  open(wanted: Wanted): Promise<OpenedOutside | undefined>;
}

export function createOutsideParts(needs: {
  readonly config: Pick<Config, 'allowPrivateNetwork'>;
  readonly control: Pick<ControlStore, 'db'>;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Logger;
}): OutsideParts {
  const { config, control, vault, clock, log } = needs;
  const providers = createOutsideProviders();
  const source = createOutsideCredentials({ providers, policy: { allow: config.allowPrivateNetwork }, clock, log });
  const connections = createOutsideConnections({ db: control.db, vault, outside: source });
  return {
    providers,
    source,
    connections,
    async open({ connection, connector, credentials, config: settings }) {
      // Where an outside vault has them, ours has none.
      if (!connection || Object.keys(credentials).length > 0) return undefined;
      const { organizationId, id: connectionId } = connection;
      return connections.open({ organizationId, connectionId, connector, settings });
    },
  };
}
