import { entityTag, versionOf } from '../entity-tag.ts';
import { Reply } from '../route.ts';
import { route, SourceConnectionParams } from './native-route.ts';
import {
  AcceptRequest,
  presentPreview,
  presentSchema,
  presentSelection,
  Preview,
  PreviewRequest,
  Schema,
  Selection,
  SelectionAnswer,
  selectionFrom,
  SelectionPreviewRequest,
} from './selection-schema.ts';

const tag = 'Source connections';
const path = '/source-connections/:sourceConnectionId';
const one = { tag, params: SourceConnectionParams } as const;
const write = 'source_connections:write';
const read = 'source_connections:read';

/** What a live call to a source may end in. */
const sourceErrors = [
  'credentials_refused',
  'source_check_failed',
  'source_unreachable',
  'source_rate_limited',
  'host_access_refused',
] as const;
const settingsErrors = [
  'source_not_found',
  'auth_method_unsupported',
  'invalid_config_fields',
  'invalid_auth_fields',
] as const;

const selectionRoutes = [
  route({
    ...one,
    access: read,
    method: 'GET',
    path: `${path}/selection`,
    operationId: 'getSelection',
    summary: 'Show which streams are read, what is done to fields, and what becomes of new ones',
    returns: { 200: SelectionAnswer },
    errors: ['source_connection_not_found'],
    async handler({ actor, params, services }) {
      const stored = await services.selections.get(actor, params.sourceConnectionId);
      return new Reply(presentSelection(stored), { headers: { etag: entityTag(stored.version) } });
    },
  }),
  route({
    ...one,
    access: write,
    method: 'PUT',
    path: `${path}/selection`,
    operationId: 'putSelection',
    summary: 'Replace the selection; the next sync reads anew what it concerns',
    description:
      'What is left out has its default. `If-Match` with the `ETag` of an earlier answer refuses a lost update. Streams that are not selected any more lose their entities with the next sync.',
    body: Selection,
    returns: { 200: SelectionAnswer },
    errors: [
      'source_connection_not_found',
      'precondition_failed',
      'unknown_stream',
      'unknown_field',
      'key_field_protected',
      'invalid_selection',
      ...sourceErrors,
    ],
    async handler({ actor, params, body, headers, services }) {
      const version = versionOf(headers['if-match']);
      const selection = selectionFrom(body);
      const stored = await services.selections.replace(actor, params.sourceConnectionId, selection, version);
      return new Reply(presentSelection(stored), { headers: { etag: entityTag(stored.version) } });
    },
  }),
];

const schemaRoutes = [
  route({
    ...one,
    access: read,
    method: 'GET',
    path: `${path}/schema`,
    operationId: 'getSchema',
    summary: 'Show the streams and fields of a source, and how they have changed',
    returns: { 200: Schema },
    errors: ['source_connection_not_found'],
    handler: async ({ actor, params, services }) =>
      presentSchema(await services.selections.schema(actor, params.sourceConnectionId)),
  }),
  route({
    ...one,
    access: write,
    method: 'POST',
    path: `${path}/schema/accept`,
    operationId: 'acceptSchema',
    summary: 'Let in the new streams and fields that are held; the next sync reads them',
    body: AcceptRequest.default({}),
    returns: { 200: Schema },
    errors: ['source_connection_not_found', 'schema_not_held'],
    handler: async ({ actor, params, body, services }) =>
      presentSchema(await services.selections.accept(actor, params.sourceConnectionId, body.streams)),
  }),
];

const previewRoutes = [
  route({
    tag,
    access: write,
    method: 'POST',
    path: '/source-connections/preview',
    operationId: 'previewSource',
    summary: 'Show up to ten records of each stream as they would be stored, without saving anything',
    body: PreviewRequest,
    returns: { 200: Preview },
    errors: [...settingsErrors, ...sourceErrors],
    handler: async ({ actor, body, services }) =>
      presentPreview(await services.selections.preview(actor, { ...body, selection: selectionFrom(body.selection) })),
  }),
  route({
    ...one,
    access: write,
    method: 'GET',
    path: `${path}/preview`,
    operationId: 'previewSourceConnection',
    summary: 'Show up to ten records of each selected stream as they would be stored now',
    returns: { 200: Preview },
    errors: ['source_connection_not_found', ...sourceErrors],
    handler: async ({ actor, params, services }) =>
      presentPreview(await services.selections.previewOf(actor, params.sourceConnectionId)),
  }),
  route({
    ...one,
    access: write,
    method: 'POST',
    path: `${path}/preview`,
    operationId: 'previewSelection',
    summary: 'Try another selection on up to ten records of each stream, without saving it',
    body: SelectionPreviewRequest.default({}),
    returns: { 200: Preview },
    errors: ['source_connection_not_found', ...sourceErrors],
    handler: async ({ actor, params, body, services }) =>
      presentPreview(
        await services.selections.previewOf(
          actor,
          params.sourceConnectionId,
          body.selection && selectionFrom(body.selection),
        ),
      ),
  }),
];

/** What of a source is let in, and what is known of it. */
export const streamRoutes = [...selectionRoutes, ...schemaRoutes, ...previewRoutes];
