import type { z } from 'zod';
import type { Collection, CollectionStatus } from '../../collections/model.ts';
import type * as schema from './collection-schema.ts';
import { timestamp } from '../../http/wire-values.ts';

const statusWords: Readonly<Record<CollectionStatus, z.output<typeof schema.CollectionStatus>>> = {
  active: 'ACTIVE',
  needs_source: 'NEEDS SOURCE',
  error: 'ERROR',
};

export function presentCollection(collection: Collection): z.output<typeof schema.Collection> {
  return {
    name: collection.name,
    readable_id: collection.readableId,
    id: collection.id,
    sync_config: collection.syncConfig,
    created_at: timestamp(collection.createdAt),
    modified_at: timestamp(collection.modifiedAt),
    organization_id: collection.organizationId,
    created_by_email: collection.createdByEmail,
    modified_by_email: collection.modifiedByEmail,
    status: statusWords[collection.status],
    vector_size: 0,
    embedding_model_name: 'none',
    source_connection_summaries: collection.sources.map(({ shortName, name }) => ({ short_name: shortName, name })),
  };
}
