import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { AuditLog } from '../audit/service.ts';
import type { CollectionService } from '../collections/service.ts';
import type { Probe, ProbeInput } from '../connections/probe.ts';
import type { ConnectorRegistry } from '../connections/registry.ts';
import type { ConnectionRow, ConnectionService } from '../connections/service.ts';
import type { SealedSettings } from '../connections/settings.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { must } from '../lib/asserts.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';
import type { ProjectService } from '../projects/service.ts';
import type { Order, Orders } from '../source-connections/orders.ts';
import type { SourceRemoval } from '../source-connections/removal.ts';
import type { SyncService } from '../syncs/service.ts';
import type { LanguageModel } from './language-model.ts';
import type { IntegrationSource } from './model.ts';
import { listFacts, type FactsRow } from './repository.ts';
import { inOrderOfRuns, toIntegrationSource } from './view.ts';

export interface SourceNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly registry: ConnectorRegistry;
  readonly probe: Probe;
  readonly connections: ConnectionService;
  readonly collections: CollectionService;
  readonly projects: ProjectService;
  readonly orders: Orders;
  readonly removal: SourceRemoval;
  readonly syncs: SyncService;
  /** Absent: the operator has named none. */
  readonly languageModel?: LanguageModel | undefined;
  /** Tells the workers to look for work at once. */
  readonly wake: () => void;
  /** Hears of a purge that failed in the background; the next start tries again. */
  readonly onError: (error: unknown) => void;
}

/** A source with the rows that it is made of. */
export interface FoundSource {
  readonly row: ConnectionRow;
  readonly connector: Connector;
  readonly facts: FactsRow | undefined;
  /** The one that is shown first. */
  readonly orders: readonly Order[];
  readonly shown: IntegrationSource;
}

/** Puts connections together with what is kept of them and what reads them; those that cannot be read are left out. */
export async function toFound(
  needs: Pick<SourceNeeds, 'registry' | 'orders'>,
  db: Queryable,
  organizationId: OrganizationId,
  rows: readonly ConnectionRow[],
): Promise<readonly FoundSource[]> {
  const ids = rows.map(({ id }) => id);
  const facts = await listFacts(db, organizationId, ids);
  const orders = Map.groupBy(await needs.orders.list(db, organizationId, ids), ({ connectionId }) => connectionId);
  const found = await Promise.all(
    rows.map(async (row) => {
      const connector = await needs.registry.find(organizationId, row.connector);
      if (!connector) return [];
      const own = inOrderOfRuns(orders.get(row.id) ?? []);
      const known = own[0] && (await needs.orders.knownStreams(db, organizationId, own[0].id));
      const parts = { row, connector, facts: facts.get(row.id), orders: own, known };
      return [{ ...parts, shown: toIntegrationSource(parts) }];
    }),
  );
  return found.flat();
}

/** @throws integration_source_not_found */
export async function getSource(
  needs: Pick<SourceNeeds, 'registry' | 'orders' | 'connections'>,
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
): Promise<FoundSource> {
  const row = await needs.connections.find(db, organizationId, id);
  const [found] = row ? await toFound(needs, db, organizationId, [row]) : [];
  if (!found) throw errors.integration_source_not_found({ id });
  return found;
}

/** A source that is known to be there. */
export async function getShown(
  needs: Pick<SourceNeeds, 'registry' | 'orders' | 'connections' | 'control'>,
  organizationId: OrganizationId,
  id: ConnectionId,
): Promise<IntegrationSource> {
  return must(await getSource(needs, needs.control.db, organizationId, id), 'a source that was just written').shown;
}

/** Read options of the source connection that is shown, else those that wait for one; secret ones are masked. */
export function optionsOf({ orders, facts }: Pick<FoundSource, 'orders' | 'facts'>): JsonObject {
  const [shown] = orders;
  return shown?.options ?? (JSON.parse(facts?.read_options ?? '{}') as JsonObject);
}

/** What a live call to the source needs. */
export async function settingsOf(needs: SourceNeeds, found: FoundSource): Promise<ProbeInput> {
  const { row, connector } = found;
  const sealed: SealedSettings = await needs.connections.openSettings(needs.control.db, row.organization_id, row.id);
  return {
    connection: { organizationId: row.organization_id, id: row.id },
    connector,
    config: { ...(JSON.parse(row.endpoint) as JsonObject), ...optionsOf(found), ...sealed.config },
    credentials: sealed.credentials,
  };
}
