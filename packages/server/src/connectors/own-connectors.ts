import type { Connector } from '@tributary/connectors/kit/connector';
import type { ManifestContents } from '@tributary/connectors/manifest/connector/open-manifest';
import type { OwnConnectors } from '../connections/registry.ts';
import type { ControlStore } from '../control/database.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { keptOutline } from './kept-facts.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { type ConnectorRow, findConnector, findVersion, listConnectors } from './repository.ts';

interface Needs {
  readonly control: ControlStore;
  readonly manifests: ManifestReader;
}

/** Connectors that stay open; those that were used longest ago are opened again when they are wanted. */
const MOST_KEPT = 64;

/** Opens the connectors that organizations have added, each in the version that is in use when it is asked for. */
export function createOwnConnectors(needs: Needs): OwnConnectors {
  const { control } = needs;
  const kept = new Map<string, Promise<Connector>>();
  const open = (row: ConnectorRow): Promise<Connector> => {
    const key = `${row.id} ${row.version} ${row.title}`;
    const opened = kept.get(key) ?? show(needs, row);
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

/** The manifest itself is loaded when the source is asked, and then once. */
async function show({ control, manifests }: Needs, row: ConnectorRow): Promise<Connector> {
  const [version, { outlinedConnector }] = await Promise.all([
    findVersion(control.db, row.organization_id, row.id, row.version),
    import('@tributary/connectors/manifest/connector/outlined-connector'),
  ]);
  if (!version) throw new Error(`connector ${row.id} has lost its version ${row.version}`);
  const files = JSON.parse(version.files) as Record<string, string>;
  const content = { manifest: version.manifest, files };
  const outline = keptOutline(version) ?? (await manifests.describe(content)).outline;
  let loaded: Promise<ManifestContents> | undefined;
  const load = (): Promise<ManifestContents> => {
    const loading = (loaded ??= manifests.load(content));
    // What could not be loaded is tried again.
    loading.catch(() => (loaded = undefined));
    return loading;
  };
  return outlinedConnector({ words: { id: row.name, title: row.title }, outline, load });
}
