import { defineConnectionType } from '../../kit/connection-type.ts';
import { openCluster, identify, tlsSettings } from './cluster.ts';
import { conditions, Fields } from './fields.ts';

/** A cluster of Elasticsearch or OpenSearch. */
export const elasticsearch = defineConnectionType({
  id: 'elasticsearch',
  title: 'Elasticsearch',
  description: 'A cluster of Elasticsearch or OpenSearch, whose indices can be read.',
  fields: Fields,
  conditions,
  notifies: false,
  async test(ctx) {
    const { maxConnectionPerHost: perHost, maxConnectionTotal: total } = ctx.settings;
    const http = ctx.createHttp({ perHost: perHost ?? 2, total: total ?? 2, tries: 1 });
    try {
      const { name, version, isOpenSearch } = await identify(openCluster({ ...ctx, http }));
      return {
        message: `The cluster ${name} answers with ${isOpenSearch ? 'OpenSearch' : 'Elasticsearch'} ${version}`,
      };
    } finally {
      await http.close();
    }
  },
  async open(ctx) {
    // Files that are broken are told before anybody uses the connection; requests go over sockets that are made when asked for.
    await tlsSettings(ctx.settings);
    return { close: () => Promise.resolve() };
  },
});
