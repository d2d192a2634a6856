import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Actor } from '../../auth/actor.ts';
import type { ConnectorRegistry } from '../../connections/registry.ts';
import { mask } from '../../connections/settings.ts';
import { errors } from '../../errors.ts';
import { asId, type OAuthClientId } from '../../lib/ids.ts';
import type { CreateInput, ScheduleInput, SourceConnection, UpdateInput } from '../../source-connections/model.ts';
import { detectAuthentication, type Authentication } from './authentication-schema.ts';
import type { LegacySourceConnectionUpdate } from './legacy-source-connection-schema.ts';
import type { ScheduleConfig, SourceConnectionCreate, SourceConnectionUpdate } from './source-connection-schema.ts';

function toSchedule(given: ScheduleConfig): ScheduleInput {
  return {
    ...(given.cron !== undefined && { cron: given.cron }),
    ...(given.timezone !== undefined && { timezone: given.timezone }),
    ...(given.continuous !== undefined && { continuous: given.continuous }),
    ...(given.cursor_field !== undefined && { cursorField: given.cursor_field }),
  };
}

export function createInput(given: z.output<typeof SourceConnectionCreate>): CreateInput {
  return {
    shortName: given.short_name,
    collectionReadableId: given.readable_collection_id,
    name: given.name ?? null,
    description: given.description ?? null,
    config: given.config ?? null,
    ...detectAuthentication(given.authentication),
    // A schedule of null asks for the default one here; none is asked for with a cron of null.
    ...(given.schedule && { schedule: toSchedule(given.schedule) }),
    syncImmediately: given.sync_immediately ?? null,
    redirectUrl: given.redirect_url ?? null,
  };
}

/** What a PATCH changes. Credentials cannot be cleared, so an authentication of null changes nothing. */
export function updateInput(given: z.output<typeof SourceConnectionUpdate>): UpdateInput {
  const { authentication, schedule } = given;
  return {
    ...(given.name !== undefined && { name: given.name }),
    ...(given.description !== undefined && { description: given.description }),
    ...(given.config !== undefined && { config: given.config }),
    ...(schedule !== undefined && { schedule: schedule && toSchedule(schedule) }),
    ...(authentication && newCredentials(authentication)),
  };
}

function newCredentials(given: Authentication): Pick<UpdateInput, 'credentials' | 'tokens'> {
  const { credentials, tokens } = detectAuthentication(given);
  return tokens ? { tokens } : { credentials };
}

/** What only the system or another way to authenticate may set. */
function refuseForeign(given: LegacySourceConnectionUpdate, stored: SourceConnection): void {
  if (given.auth_provider_config && !given.auth_provider && !stored.auth.provider) {
    const message = 'Only for a source connection that uses an auth provider';
    throw errors.invalid_request({ issues: [{ path: ['body', 'auth_provider_config'], message, code: 'not_used' }] });
  }
  if (given.connection_id && given.connection_id !== stored.connectionId) {
    const message = 'The connection is managed by the system and cannot be changed';
    throw errors.invalid_request({ issues: [{ path: ['body', 'connection_id'], message, code: 'read_only' }] });
  }
}

/** Null names no other auth provider, since credentials cannot be cleared; a config of null is one without fields. */
function accountChange(given: LegacySourceConnectionUpdate, stored: SourceConnection): Pick<UpdateInput, 'account'> {
  const { auth_provider: readableId, auth_provider_config: config } = given;
  const { provider } = stored.auth;
  // A body that sends back what it was shown changes nothing, and asks nobody, unless what is shown has failed.
  const isGood = stored.status.setup === 'ready';
  if (isGood && provider && readableId === provider.readableId && isDeepStrictEqual(config, provider.config)) return {};
  const namesConfig = config !== undefined && (config !== null || provider !== null);
  if (!readableId && !namesConfig) return {};
  return { account: { ...(readableId && { readableId }), ...(namesConfig && { config: config ?? {} }) } };
}

/** What an older PUT changes. A name of null gives the default name again; the mask, or null, keeps the credentials. */
export async function legacyUpdateInput(
  given: LegacySourceConnectionUpdate,
  stored: SourceConnection,
  { organizationId }: Pick<Actor, 'organizationId'>,
  registry: ConnectorRegistry,
): Promise<UpdateInput> {
  refuseForeign(given, stored);
  const { auth_fields: credentials } = given;
  return {
    ...(given.name && { name: given.name }),
    ...(given.name === null && { name: `${(await registry.get(organizationId, stored.connector)).title} Connection` }),
    ...(given.description !== undefined && { description: given.description }),
    ...(given.config_fields !== undefined && { config: given.config_fields }),
    ...(given.cron_schedule !== undefined && { schedule: { cron: given.cron_schedule } }),
    ...(given.white_label_id !== undefined && {
      oauthClientId: given.white_label_id === null ? null : asId<OAuthClientId>(given.white_label_id),
    }),
    ...(credentials && credentials !== mask && { credentials }),
    ...accountChange(given, stored),
  };
}
