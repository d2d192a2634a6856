import { Reply } from '../../http/route.ts';
import { route, type FaceRoutes } from './airweave-route.ts';
import { entityTag, versionOf } from '../../http/entity-tag.ts';
import { LegacySourceConnection, LegacySourceConnectionUpdate } from './legacy-source-connection-schema.ts';
import { presentLegacySourceConnection } from './present-legacy-source-connection.ts';
import { legacyUpdateInput } from './source-connection-change.ts';
import { SourceConnectionParams } from './source-connection-schema.ts';

export const legacySourceConnectionRoutes: FaceRoutes = (face) => [
  route({
    tag: 'source-connections',
    access: 'source_connections:write',
    method: 'PUT',
    path: '/source-connections/:source_connection_id',
    operationId: `${face.operationPrefix}legacy_update_source_connections__source_connection_id__put`,
    summary: 'Change a source connection, in the older flat form',
    description: 'Only the fields given change, as with PATCH.',
    params: SourceConnectionParams,
    body: LegacySourceConnectionUpdate,
    returns: { 200: LegacySourceConnection },
    errors: [
      'source_connection_not_found',
      'auth_provider_not_found',
      'auth_provider_not_used',
      'auth_provider_unsupported',
      'invalid_auth_provider_config',
      'auth_provider_refused',
      'auth_provider_unreachable',
      'auth_provider_rate_limited',
      'white_label_not_found',
      'credentials_not_direct',
      'precondition_failed',
      'invalid_config_fields',
      'invalid_auth_fields',
      'invalid_cron',
      'schedule_too_frequent',
    ],
    async handler({ actor, params, headers, body, services }) {
      const id = params.source_connection_id;
      const stored = await services.sourceConnections.get(actor, id);
      const change = await legacyUpdateInput(body, stored, actor, services.registry);
      const source = await services.sourceConnections.update(actor, id, change, versionOf(headers['if-match']));
      return new Reply(presentLegacySourceConnection(source, face), { headers: { etag: entityTag(source.version) } });
    },
  }),
];
