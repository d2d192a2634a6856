import type { z } from 'zod';
import type { SearchHit } from '../../collection-store/port.ts';
import type { SearchAnswer } from '../../search/service.ts';
import type { SearchResult } from './search-schema.ts';
import { untrustedParts } from '../../search/untrusted-text.ts';
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

/** Where the parts of a hit that hold text from the source are in a result. */
const wirePaths: Readonly<Record<string, string>> = {
  entityId: 'entity_id',
  key: 'airweave_system_metadata.original_entity_id',
  entityType: 'airweave_system_metadata.entity_type',
  name: 'name',
  url: 'web_url',
  breadcrumbs: 'breadcrumbs',
  text: 'textual_representation',
  fields: 'raw_source_fields',
};

/** Tells callers which parts of the results hold text from the source and which strategy found them, and warns when it is not the one that they asked for. */
export function strategyHeaders(
  answer: Pick<SearchAnswer, 'strategy'>,
  asked: 'hybrid' | 'semantic' | 'keyword',
): Readonly<Record<string, string>> {
  return {
    'x-search-strategy': answer.strategy,
    'x-untrusted-content': untrustedParts.flatMap((part) => wirePaths[part] ?? []).join(', '),
    ...(answer.strategy !== asked && {
      warning: `199 - "${asked} search is not available here; results are those of ${answer.strategy} search"`,
    }),
  };
}
