import { z } from 'zod';
import type { CollectionChange } from '../../collections/model.ts';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { route, type FaceRoutes } from './airweave-route.ts';
import { Collection, CollectionCreate, CollectionParams, CollectionUpdate } from './collection-schema.ts';
import { SourceConnectionJob } from './job-schema.ts';
import { PageQuery, pageReply, pageRequest } from '../../http/paging.ts';
import { presentCollection } from './present-collection.ts';
import { presentJob } from './present-job.ts';

const SearchQuery = z.object({ search: z.string().optional().describe('Part of a name or of a readable id.') });
const ListQuery = PageQuery.extend(SearchQuery.shape);

const read = { tag: 'collections', access: 'collections:read' } as const;
const write = { tag: 'collections', access: 'collections:write' } as const;
const one = { path: '/collections/:readable_id', params: CollectionParams, returns: { 200: Collection } } as const;

function toChange(given: z.output<typeof CollectionUpdate>): CollectionChange {
  return {
    ...(given.name !== undefined && { name: given.name }),
    ...(given.sync_config !== undefined && { syncConfig: given.sync_config as JsonObject | null }),
  };
}

const listRoutes: FaceRoutes = (face) => [
  route({
    ...read,
    method: 'GET',
    path: '/collections',
    operationId: `${face.operationPrefix}list_collections_get`,
    summary: 'List collections, newest first',
    query: ListQuery,
    returns: { 200: z.array(Collection) },
    errors: [],
    async handler({ actor, query, services }) {
      const listed = await services.collections.list(actor, pageRequest(query), query.search ?? '');
      return pageReply(listed, listed.items.map(presentCollection), query);
    },
  }),
  route({
    ...write,
    method: 'POST',
    path: '/collections',
    operationId: `${face.operationPrefix}create_collections_post`,
    summary: 'Create a collection',
    body: CollectionCreate,
    returns: { 200: Collection },
    errors: ['collection_exists'],
    idempotent: true,
    async handler({ actor, body, services }) {
      const { name, readable_id: readableId = null, sync_config: syncConfig = null } = body;
      const input = { name, readableId, syncConfig: syncConfig as JsonObject | null };
      return presentCollection(await services.collections.create(actor, input));
    },
  }),
  route({
    ...read,
    method: 'GET',
    path: '/collections/count',
    operationId: `${face.operationPrefix}count_collections_count_get`,
    summary: 'Count collections',
    query: SearchQuery,
    returns: { 200: z.int() },
    errors: [],
    handler: ({ actor, query, services }) => services.collections.count(actor, query.search ?? ''),
  }),
];

const objectRoutes: FaceRoutes = (face) => [
  route({
    ...read,
    ...one,
    method: 'GET',
    operationId: `${face.operationPrefix}get_collections__readable_id__get`,
    summary: 'Show a collection',
    errors: ['collection_not_found'],
    handler: async ({ actor, params, services }) =>
      presentCollection(await services.collections.get(actor, params.readable_id)),
  }),
  route({
    ...write,
    ...one,
    method: 'PATCH',
    operationId: `${face.operationPrefix}update_collections__readable_id__patch`,
    summary: 'Change a collection',
    body: CollectionUpdate,
    errors: ['collection_not_found'],
    handler: async ({ actor, params, body, services }) =>
      presentCollection(await services.collections.update(actor, params.readable_id, toChange(body))),
  }),
  route({
    ...write,
    ...one,
    method: 'DELETE',
    operationId: `${face.operationPrefix}delete_collections__readable_id__delete`,
    summary: 'Delete a collection with its source connections and all that they read',
    errors: ['collection_not_found'],
    handler: async ({ actor, params, services }) =>
      presentCollection(await services.collections.remove(actor, params.readable_id)),
  }),
  route({
    method: 'POST',
    path: '/collections/:readable_id/refresh_all',
    operationId: `${face.operationPrefix}refresh_all_collections__readable_id__refresh_all_post`,
    summary: 'Start a sync of every source connection of a collection that is not syncing already',
    tag: 'collections',
    access: 'syncs:write',
    params: CollectionParams,
    returns: { 200: z.array(SourceConnectionJob) },
    errors: ['collection_not_found'],
    handler: async ({ actor, params, services }) =>
      (await services.syncs.startAll(actor, params.readable_id)).map(presentJob),
  }),
];

export const collectionRoutes: FaceRoutes = (face) => [...listRoutes(face), ...objectRoutes(face)];
