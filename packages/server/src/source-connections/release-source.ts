import type { Logger } from 'pino';
import type { Probe } from '../connections/probe.ts';
import type { ConnectorRegistry } from '../connections/registry.ts';
import type { ConnectionService } from '../connections/service.ts';
import type { ControlStore } from '../control/database.ts';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { SourceConnectionRow } from './repository.ts';

export interface ReleaseNeeds {
  readonly control: Pick<ControlStore, 'db'>;
  readonly connections: ConnectionService;
  readonly registry: Pick<ConnectorRegistry, 'find'>;
  readonly probe: Pick<Probe, 'release'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Takes back what reading a source connection has left at its source (a replication slot), while its settings are still there. */
export type ReleaseSource = (row: SourceConnectionRow) => Promise<void>;

/** A source that is away must not keep anybody from deleting: what it keeps is said in the log, and given up. */
export function createReleaseSource(needs: ReleaseNeeds): ReleaseSource {
  return async (row) => {
    try {
      await release(needs, row);
    } catch (error) {
      needs.log.warn({ error, sourceConnectionId: row.id }, 'what was left at a source could not be taken back');
    }
  };
}

async function release(
  { control, connections, registry, probe }: ReleaseNeeds,
  row: SourceConnectionRow,
): Promise<void> {
  const { organization_id: organizationId, connection_id: id } = row;
  const connection = await connections.get(control.db, organizationId, id);
  const connector = await registry.find(organizationId, connection.connector);
  if (!connector?.release) return;
  const sealed = await connections.openSettings(control.db, organizationId, id);
  const [endpoint, options] = [connection.endpoint, row.config].map((text) => JSON.parse(text) as JsonObject);
  await probe.release({
    connection: { organizationId, id },
    connector,
    config: { ...endpoint, ...options, ...sealed.config },
    credentials: sealed.credentials,
  });
}
