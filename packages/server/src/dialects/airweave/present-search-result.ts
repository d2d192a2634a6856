import type { z } from 'zod';
import type { SearchHit } from '../../collection-store/port.ts';
import type { SearchAnswer } from '../../search/service.ts';
import type { SearchResult } from './search-schema.ts';
import { timestampOrNull } from '../../http/wire-values.ts';

export function presentSearchResult(hit: SearchHit): z.output<typeof SearchResult> {
  return {
    entity_id: hit.entityId,
    name: hit.name,
    relevance_score: hit.score,
    breadcrumbs: hit.breadcrumbs.map(({ id, name, type }) => ({ entity_id: id, name, entity_type: type })),
    created_at: timestampOrNull(hit.createdAt),
    updated_at: timestampOrNull(hit.updatedAt),
    textual_representation: hit.text,
    airweave_system_metadata: {
      source_name: hit.sourceName,
      entity_type: hit.entityType,
      sync_id: hit.syncId,
      sync_job_id: hit.jobId,
      chunk_index: hit.chunkIndex,
      original_entity_id: hit.key,
    },
    access: { viewers: null, is_public: null },
    web_url: hit.url ?? '',
    url: null,
    raw_source_fields: hit.fields,
  };
}

/** Tells callers which strategy found the results, and warns when it is not the one that they asked for. */
export function strategyHeaders(
  answer: Pick<SearchAnswer, 'strategy'>,
  asked: 'hybrid' | 'semantic' | 'keyword',
): Readonly<Record<string, string>> {
  return {
    'x-search-strategy': answer.strategy,
    ...(answer.strategy !== asked && {
      warning: `199 - "${asked} search is not available here; results are those of ${answer.strategy} search"`,
    }),
  };
}
