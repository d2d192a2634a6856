import { z } from 'zod';
import type { SearchInput } from '../../search/service.ts';
import type { SourceConnectionId } from '../../lib/ids.ts';
import { LegacyFilter, legacyFilterGroups } from './legacy-search-filter.ts';
import { SearchResult, SearchText } from './search-schema.ts';
import { idOf } from '../../http/wire-values.ts';

const strategy = z.enum(['hybrid', 'neural', 'keyword']).nullish();
const ResponseType = z.enum(['raw', 'completion']).nullish();

/** Both older bodies in one. Switches that ask for a language model are taken and change nothing. */
export const LegacySearchRequest = z
  .object({
    query: SearchText,
    retrieval_strategy: strategy,
    search_method: strategy,
    filter: LegacyFilter.nullish(),
    offset: z.int().min(0).nullish(),
    limit: z.int().min(1).max(1000).nullish(),
    source_connection_ids: z.array(idOf<SourceConnectionId>()).nullish(),
    response_type: ResponseType,
    generate_answer: z.boolean().nullish(),
  })
  .meta({ id: 'LegacySearchRequest' });

export const LegacySearchQuery = z.object({
  query: SearchText,
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  offset: z.coerce.number().int().min(0).optional(),
  response_type: ResponseType,
});

export function legacySearchInput(given: z.output<typeof LegacySearchRequest>): SearchInput {
  const asked = given.retrieval_strategy ?? given.search_method ?? 'hybrid';
  return {
    text: given.query,
    limit: given.limit ?? 100,
    offset: given.offset ?? 0,
    filter: legacyFilterGroups(given.filter),
    sourceConnectionIds: given.source_connection_ids ?? [],
    strategy: asked === 'neural' ? 'semantic' : asked,
  };
}

/** Serves the readers of both older answers. */
export const LegacySearchResponse = z
  .object({
    results: z.array(SearchResult.extend({ id: z.string(), score: z.number() }).meta({ id: 'LegacySearchResult' })),
    completion: z.null().describe('Answers are not written here; only results are found.'),
    response_type: z.literal('raw'),
    status: z.enum(['success', 'no_results']),
  })
  .meta({ id: 'LegacySearchResponse' });
