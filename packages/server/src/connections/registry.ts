import { aliases, catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import { errors } from '../errors.ts';
import type { OrganizationId } from '../lib/ids.ts';
import type { OperatorExecutables } from './operator-executables.ts';

/** The connectors that this service offers to an organization: those that come with it, and the organization's own. */
export interface ConnectorRegistry {
  /** Finds by id or alias; throws `source_not_found`. */
  get(organizationId: OrganizationId, shortName: string): Promise<Connector>;
  find(organizationId: OrganizationId, shortName: string): Promise<Connector | undefined>;
  /** All that are offered, sorted by id. */
  list(organizationId: OrganizationId): Promise<readonly Connector[]>;
  /** One that comes with the service. */
  findShipped(shortName: string): Promise<Connector | undefined>;
}

/** Connectors that do not come with the service: those that an organization has added. */
export interface OwnConnectors {
  find(organizationId: OrganizationId, shortName: string): Promise<Connector | undefined>;
  list(organizationId: OrganizationId): Promise<readonly Connector[]>;
}

export interface RegistryOptions {
  /** Offers the test sources too. */
  readonly internal: boolean;
  readonly own?: OwnConnectors;
  /** Programs of the operator's; they count as coming with the service. */
  readonly executables?: OperatorExecutables | undefined;
}

/** What comes with the service goes before what an organization has added. */
export function createRegistry({ internal, own, executables }: RegistryOptions): ConnectorRegistry {
  const findShipped = async (shortName: string): Promise<Connector | undefined> => {
    const id = Object.hasOwn(aliases, shortName) ? aliases[shortName] : shortName;
    const load = id !== undefined && Object.hasOwn(catalog, id) ? catalog[id] : undefined;
    if (!load) return executables?.find(shortName);
    const connector = await load();
    return internal || !connector.internal ? connector : undefined;
  };
  const find = async (organizationId: OrganizationId, shortName: string): Promise<Connector | undefined> =>
    (await findShipped(shortName)) ?? (await own?.find(organizationId, shortName));
  return {
    find,
    findShipped,
    async get(organizationId, shortName) {
      const connector = await find(organizationId, shortName);
      if (!connector) throw errors.source_not_found({ shortName });
      return connector;
    },
    async list(organizationId) {
      const shipped = await Promise.all([...Object.keys(catalog), ...(executables?.ids ?? [])].map(findShipped));
      const all = [...shipped, ...((await own?.list(organizationId)) ?? [])];
      return all.filter((connector) => connector !== undefined).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}
