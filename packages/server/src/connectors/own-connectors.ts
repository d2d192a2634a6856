import type { Connector } from '@tributary/connectors/kit/connector';
import type { OwnConnectors } from '../connections/registry.ts';
import type { ControlStore } from '../control/database.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { type ConnectorRow, findConnector, findVersion, listConnectors } from './repository.ts';

/** Manifests that stay interpreted; those that were used longest ago are read again when they are wanted. */
const MOST_KEPT = 64;

/** Opens the connectors that organizations have added, each in the version that is in use when it is asked for. */
export function createOwnConnectors({ control }: { readonly control: ControlStore }): OwnConnectors {
  const kept = new Map<string, Promise<Connector>>();
  const open = (row: ConnectorRow): Promise<Connector> => {
    const key = `${row.id} ${row.version} ${row.title}`;
    const opened = kept.get(key) ?? interpret(control, row);
    kept.delete(key);
    kept.set(key, opened);
    // What could not be opened is tried again.
    opened.catch(() => kept.delete(key));
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
    return opened;
  };
  return {
    async find(organizationId: OrganizationId, shortName: string) {
      const row = await findConnector(control.db, organizationId, shortName);
      return row && open(row);
    },
    async list(organizationId) {
      return Promise.all((await listConnectors(control.db, organizationId)).map(open));
    },
  };
}

async function interpret(control: ControlStore, row: ConnectorRow): Promise<Connector> {
  const [version, { manifestConnector }] = await Promise.all([
    findVersion(control.db, row.organization_id, row.id, row.version),
    import('@tributary/connectors/manifest/connector/manifest-connector'),
  ]);
  if (!version) throw new Error(`connector ${row.id} has lost its version ${row.version}`);
  return manifestConnector({
    id: row.name,
    title: row.title,
    manifest: version.manifest,
    files: new Map(Object.entries(JSON.parse(version.files) as Record<string, string>)),
  });
}
