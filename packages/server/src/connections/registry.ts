import { aliases, catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import { errors } from '../errors.ts';

/** The connectors that this service offers. */
export interface ConnectorRegistry {
  /** Finds by id or alias; throws `source_not_found`. */
  get(shortName: string): Promise<Connector>;
  find(shortName: string): Promise<Connector | undefined>;
  /** All that are offered, sorted by id. */
  list(): Promise<readonly Connector[]>;
}

/** Offers the catalogue; `internal` also offers the test sources. */
export function createRegistry(options: { readonly internal: boolean }): ConnectorRegistry {
  const find = async (shortName: string): Promise<Connector | undefined> => {
    const id = Object.hasOwn(aliases, shortName) ? aliases[shortName] : shortName;
    const load = id !== undefined && Object.hasOwn(catalog, id) ? catalog[id] : undefined;
    const connector = await load?.();
    return connector && (options.internal || !connector.internal) ? connector : undefined;
  };
  return {
    find,
    async get(shortName) {
      const connector = await find(shortName);
      if (!connector) throw errors.source_not_found({ shortName });
      return connector;
    },
    async list() {
      const all = await Promise.all(Object.keys(catalog).toSorted().map(find));
      return all.filter((connector) => connector !== undefined);
    },
  };
}
