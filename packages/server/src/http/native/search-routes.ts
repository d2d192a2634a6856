import type { Actor } from '../../auth/actor.ts';
import type { SearchInput } from '../../search/service.ts';
import type { Services } from '../../services.ts';
import { untrustedParts } from '../../search/untrusted-text.ts';
import { CollectionParams, route } from './native-route.ts';
import { presentHit, SearchAnswer, SearchQuery, SearchRequest } from './search-schema.ts';

const shared = {
  tag: 'Search',
  access: 'search:read',
  path: '/collections/:readableId/search',
  params: CollectionParams,
  returns: { 200: SearchAnswer },
  errors: ['collection_not_found'],
} as const;

async function search(services: Services, actor: Actor, readableId: string, input: Omit<SearchInput, 'strategy'>) {
  const { strategy, hits } = await services.search.search(actor, readableId, { ...input, strategy: 'keyword' });
  return { strategy, untrusted: untrustedParts, hits: hits.map(presentHit) };
}

/** Search with highlights, and with filters on the fields of the records themselves. */
export const searchRoutes = [
  route({
    ...shared,
    method: 'GET',
    operationId: 'searchCollection',
    summary: 'Search a collection',
    query: SearchQuery,
    handler: ({ actor, params, query, services }) =>
      search(services, actor, params.readableId, {
        text: query.query,
        limit: query.limit,
        offset: query.offset,
        filter: query.where.length > 0 ? [{ conditions: query.where }] : [],
        sourceConnectionIds: query.sourceConnectionId,
      }),
  }),
  route({
    ...shared,
    method: 'POST',
    operationId: 'searchCollectionByBody',
    summary: 'Search a collection, with groups of conditions',
    body: SearchRequest,
    handler: ({ actor, params, body, services }) => {
      const { query, ...input } = body;
      return search(services, actor, params.readableId, { ...input, text: query });
    },
  }),
];
