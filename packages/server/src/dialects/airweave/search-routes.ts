import type { Actor } from '../../auth/actor.ts';
import { Reply } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { route, type FaceRoutes } from './airweave-route.ts';
import { CollectionParams } from './collection-schema.ts';
import {
  legacySearchInput,
  LegacySearchQuery,
  LegacySearchRequest,
  LegacySearchResponse,
} from './legacy-search-schema.ts';
import { presentSearchResult, strategyHeaders } from './present-search-result.ts';
import { InstantSearchRequest, SearchV2Response, storeFilter } from './search-schema.ts';
import type { SearchInput } from '../../search/service.ts';

const shared = {
  tag: 'collections',
  access: 'search:read',
  params: CollectionParams,
  errors: ['collection_not_found'],
} as const;

async function legacySearch(services: Services, actor: Actor, readableId: string, input: SearchInput) {
  const answer = await services.search.search(actor, readableId, input);
  const results = answer.hits.map((hit) => ({ ...presentSearchResult(hit), id: hit.entityId, score: hit.score }));
  const body = {
    results,
    completion: null,
    response_type: 'raw',
    status: results.length > 0 ? 'success' : 'no_results',
  };
  return new Reply(body, { headers: strategyHeaders(answer, input.strategy) });
}

export const searchRoutes: FaceRoutes = (face) => [
  route({
    ...shared,
    method: 'POST',
    path: '/collections/:readable_id/search/instant',
    operationId: `${face.operationPrefix}instant_search_collections__readable_id__search_instant_post`,
    summary: 'Search a collection',
    description:
      'Ranks by words (BM25). The header `X-Search-Strategy` names what was done; a `Warning` says when another strategy was asked for.',
    body: InstantSearchRequest,
    returns: { 200: SearchV2Response },
    async handler({ actor, params, body, services }) {
      const answer = await services.search.search(actor, params.readable_id, {
        text: body.query,
        limit: body.limit,
        offset: body.offset,
        filter: storeFilter(body.filter),
        sourceConnectionIds: [],
        strategy: body.retrieval_strategy,
      });
      const headers = strategyHeaders(answer, body.retrieval_strategy);
      return new Reply({ results: answer.hits.map(presentSearchResult) }, { headers });
    },
  }),
  route({
    ...shared,
    method: 'POST',
    path: '/collections/:readable_id/search',
    operationId: `${face.operationPrefix}search_collections__readable_id__search_post`,
    summary: 'Search a collection, in the older form',
    body: LegacySearchRequest,
    returns: { 200: LegacySearchResponse },
    handler: ({ actor, params, body, services }) =>
      legacySearch(services, actor, params.readable_id, legacySearchInput(body)),
  }),
  route({
    ...shared,
    method: 'GET',
    path: '/collections/:readable_id/search',
    operationId: `${face.operationPrefix}search_get_legacy_collections__readable_id__search_get`,
    summary: 'Search a collection, in the oldest form',
    query: LegacySearchQuery,
    returns: { 200: LegacySearchResponse },
    handler: ({ actor, params, query, services }) =>
      legacySearch(services, actor, params.readable_id, legacySearchInput(query)),
  }),
];
