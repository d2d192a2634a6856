import { z } from 'zod';
import { route, type FaceRoutes } from './airweave-route.ts';
import { presentSource } from './present-source.ts';
import { Source, SourceParams } from './source-schema.ts';

const shared = { tag: 'sources', access: 'source_connections:read' } as const;

export const sourceRoutes: FaceRoutes = (face) => [
  route({
    ...shared,
    method: 'GET',
    path: '/sources',
    operationId: `${face.operationPrefix}list_sources_get`,
    summary: 'List the sources that can be connected',
    returns: { 200: z.array(Source) },
    errors: [],
    handler: async ({ actor, services }) => (await services.registry.list(actor.organizationId)).map(presentSource),
  }),
  route({
    ...shared,
    method: 'GET',
    path: '/sources/:short_name',
    operationId: `${face.operationPrefix}get_sources__short_name__get`,
    summary: 'Show a source and the fields that it asks for',
    params: SourceParams,
    returns: { 200: Source },
    errors: ['source_not_found'],
    handler: async ({ actor, params, services }) =>
      presentSource(await services.registry.get(actor.organizationId, params.short_name)),
  }),
];
