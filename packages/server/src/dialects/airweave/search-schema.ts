import { z } from 'zod';
import { filterOperators, type FilterCondition } from '../../collection-store/port.ts';
import { JsonMap, Timestamp } from '../../http/wire-values.ts';

const system = 'airweave_system_metadata.';

const FilterableField = z
  .enum([
    'entity_id',
    'name',
    'created_at',
    'updated_at',
    'breadcrumbs.entity_id',
    'breadcrumbs.name',
    'breadcrumbs.entity_type',
    `${system}entity_type`,
    `${system}source_name`,
    `${system}original_entity_id`,
    `${system}chunk_index`,
    `${system}sync_id`,
    `${system}sync_job_id`,
  ])
  .meta({ id: 'FilterableField' });

const Condition = z
  .object({
    field: FilterableField,
    operator: z.enum(filterOperators).meta({ id: 'FilterOperator' }),
    value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.array(z.number())]),
  })
  .meta({ id: 'FilterCondition' });

const FilterGroup = z.object({ conditions: z.array(Condition).min(1) }).meta({ id: 'FilterGroup' });

export const SearchText = z
  .string()
  .refine((value) => value.trim() !== '', 'Query cannot be empty')
  .refine((value) => value.length <= 16_384, 'Query is too long');

export const InstantSearchRequest = z
  .object({
    query: SearchText,
    retrieval_strategy: z.enum(['hybrid', 'semantic', 'keyword']).default('hybrid').meta({ id: 'RetrievalStrategy' }),
    filter: z.array(FilterGroup).nullish().describe('One group must hold; all conditions of a group must.'),
    limit: z.int().min(1).max(1000).default(100),
    offset: z.int().min(0).default(0),
  })
  .meta({ id: 'InstantSearchRequest' });

/** The store's name of a field of the published filter. */
export function storeField(field: string): string {
  return field.startsWith(system) ? field.slice(system.length) : field;
}

export function storeFilter(
  filter: z.output<typeof InstantSearchRequest>['filter'],
): readonly { readonly conditions: readonly FilterCondition[] }[] {
  return (filter ?? []).map((group) => ({
    conditions: group.conditions.map((condition) => ({ ...condition, field: storeField(condition.field) })),
  }));
}

export const SearchResult = z
  .object({
    entity_id: z.string(),
    name: z.string(),
    relevance_score: z.number(),
    breadcrumbs: z.array(
      z.object({ entity_id: z.string(), name: z.string(), entity_type: z.string() }).meta({ id: 'SearchBreadcrumb' }),
    ),
    created_at: Timestamp.nullable(),
    updated_at: Timestamp.nullable(),
    textual_representation: z.string(),
    airweave_system_metadata: z
      .object({
        source_name: z.string(),
        entity_type: z.string(),
        sync_id: z.string(),
        sync_job_id: z.string(),
        chunk_index: z.int(),
        original_entity_id: z.string(),
      })
      .meta({ id: 'SearchSystemMetadata' }),
    access: z
      .object({ viewers: z.array(z.string()).nullable(), is_public: z.boolean().nullable() })
      .meta({ id: 'SearchAccessControl' }),
    web_url: z.string(),
    url: z.string().nullable(),
    raw_source_fields: JsonMap,
  })
  .meta({ id: 'SearchResult' });

export const SearchV2Response = z.object({ results: z.array(SearchResult) }).meta({ id: 'SearchV2Response' });
