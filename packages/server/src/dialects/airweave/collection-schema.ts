import { z } from 'zod';
import { JsonMap, Timestamp, Uuid } from '../../http/wire-values.ts';
import { text } from './text-schema.ts';

const flags = <Name extends string>(...names: readonly Name[]) =>
  z.looseObject(Object.fromEntries(names.map((name) => [name, z.boolean().optional()])));

const ids = z.array(Uuid).nullish();

/** Taken, kept and given back; our own engine needs none of these switches. */
export const SyncConfig = z
  .looseObject({
    destinations: flags('skip_vespa').extend({ target_destinations: ids, exclude_destinations: ids }).optional(),
    handlers: flags('enable_vector_handlers', 'enable_raw_data_handler', 'enable_postgres_handler').optional(),
    cursor: flags('skip_load', 'skip_updates').optional(),
    behavior: flags('skip_hash_comparison', 'replay_from_arf', 'skip_guardrails').optional(),
  })
  .meta({ id: 'SyncConfig' });

const CollectionName = text({ min: 4, max: 64 });

export const CollectionCreate = z
  .object({
    name: CollectionName,
    readable_id: z
      .string()
      .max(128)
      .regex(
        /^[a-z0-9]+(-[a-z0-9]+)*$/,
        'readable_id should be lower-case letters and digits, joined by single hyphens',
      )
      .nullish(),
    sync_config: SyncConfig.nullish(),
  })
  .meta({ id: 'CollectionCreate' });

export const CollectionUpdate = z
  .object({ name: CollectionName.optional(), sync_config: SyncConfig.nullable().optional() })
  .meta({ id: 'CollectionUpdate' });

export const CollectionStatus = z.enum(['ACTIVE', 'NEEDS SOURCE', 'ERROR']).meta({ id: 'CollectionStatus' });

export const Collection = z
  .object({
    name: z.string(),
    readable_id: z.string(),
    id: Uuid,
    sync_config: JsonMap.nullable(),
    created_at: Timestamp,
    modified_at: Timestamp,
    organization_id: Uuid,
    created_by_email: z.string().nullable(),
    modified_by_email: z.string().nullable(),
    status: CollectionStatus,
    vector_size: z.int().describe('0: results are ranked by words, no vectors are kept.'),
    embedding_model_name: z.string(),
    source_connection_summaries: z.array(
      z.object({ short_name: z.string(), name: z.string() }).meta({ id: 'SourceConnectionSummary' }),
    ),
  })
  .meta({ id: 'Collection' });

export const CollectionParams = z.object({ readable_id: z.string() });
