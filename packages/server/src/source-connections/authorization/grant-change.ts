import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../../auth/actor.ts';
import { readGrant, writeGrant, type StoredGrant } from '../../auth/oauth/stored-grant.ts';
import type { ProviderParameters } from '../../auth/oauth/tokens.ts';
import type { ProbeInput } from '../../connections/probe.ts';
import { checkConfig, splitConfig, type SealedSettings } from '../../connections/settings.ts';
import { errors } from '../../errors.ts';
import type { CreateNeeds } from '../create.ts';
import type { UpdateInput } from '../model.ts';
import type { JoinedRow } from '../repository.ts';
import type { SettingsChange } from '../settings-change.ts';
import { authenticatedColumns } from './good-credential.ts';
import { isByOAuth } from './methods.ts';
import { parametersOf, storedTokens } from './grant-input.ts';
import { proveGrant } from './prove-grant.ts';

/** The method of a connection stays; so new credentials must be of its kind, and a client of its source. */
export async function checkGrantChange(
  { control, oauth }: CreateNeeds,
  actor: Actor,
  row: JoinedRow,
  change: UpdateInput,
): Promise<void> {
  if (change.credentials && row.auth_method !== 'direct') throw errors.credentials_not_direct({});
  if (change.tokens && !isByOAuth(row.auth_method)) throw errors.tokens_not_oauth({});
  const { oauthClientId: id } = change;
  if (!id) return;
  const client = await oauth.ownClients.find(control.db, actor.organizationId, id);
  if (!client) throw errors.white_label_not_found({ id });
  if (client.connector === row.connector) return;
  const message = `The OAuth client is one for ${client.connector}`;
  throw errors.invalid_request({ issues: [{ path: ['body', 'white_label_id'], message, code: 'other_source' }] });
}

interface Question {
  readonly row: JoinedRow;
  readonly change: UpdateInput;
  readonly connector: Connector;
  readonly stored: SealedSettings;
  /** As it will be, with its secrets. */
  readonly config: JsonObject;
}

export interface GrantChange {
  readonly planned: SettingsChange;
  /** Whether the source can be asked with the grant. */
  readonly asks: boolean;
  /** With what it is asked. */
  readonly settings: Pick<ProbeInput, 'connection' | 'credentials' | 'opened'>;
}

/** What a change means for a connection by OAuth, after a live check where there are tokens; `undefined` for the others. */
export async function planGrantChange(
  { probe, clock }: CreateNeeds,
  { row, change, connector, stored, config }: Question,
): Promise<GrantChange | undefined> {
  const grant = isByOAuth(row.auth_method) ? readGrant(stored.credentials) : undefined;
  if (!grant) return undefined;
  const { tokens } = change;
  const asks = tokens !== undefined || row.authenticated_at !== null;
  const connection = { organizationId: row.organization_id, id: row.connection_id };
  const asItIs = { connection, credentials: stored.credentials };
  if (!tokens && change.config === undefined) return { planned: { columns: {} }, asks, settings: asItIs };
  checkConfig(connector, config);
  const wanted = grantAfter(grant, tokens, parametersOf(connector, config));
  const after = tokens ? await proveGrant(probe, { connector, config, grant: wanted }) : wanted;
  // Tokens that are not stored yet belong to no connection.
  const settings = tokens ? { credentials: writeGrant(after) } : asItIs;
  if (asks && !tokens) await probe.check({ connector, config, ...settings });
  const planned = plannedConfig(connector, change, config, after);
  const columns = tokens ? { ...planned.columns, ...authenticatedColumns(row, clock.now()) } : planned.columns;
  return { asks, settings, planned: { ...planned, columns } };
}

function grantAfter(grant: StoredGrant, tokens: UpdateInput['tokens'], parameters: ProviderParameters): StoredGrant {
  if (tokens) return withTokens(grant, tokens, parameters);
  if (grant.tokens) refuseOtherServer(grant.parameters, parameters);
  return { ...grant, parameters };
}

function plannedConfig(
  connector: Connector,
  change: UpdateInput,
  config: JsonObject,
  grant: StoredGrant,
): SettingsChange {
  const split = splitConfig(connector, config);
  const sealed = { credentials: writeGrant(grant), config: split.secrets };
  if (change.config === undefined) return { columns: {}, sealed };
  return { columns: { config: JSON.stringify(split.options) }, endpoint: split.endpoint, sealed };
}

/** Nobody knows whose client the caller's tokens were given to. */
function withTokens(
  { issuedTo: _, ...grant }: StoredGrant,
  tokens: NonNullable<UpdateInput['tokens']>,
  parameters: ProviderParameters,
): StoredGrant {
  return { ...grant, tokens: storedTokens(tokens), parameters };
}

/** Tokens of one server mean nothing to another, and must not be sent to it. */
function refuseOtherServer(before: ProviderParameters, after: ProviderParameters): void {
  const names = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
  if (names.length === 0) return;
  const message = 'Access was allowed at this address; connect the source anew to change it';
  const issues = names.map((name) => ({ path: ['body', 'config', name], message, code: 'read_only' }));
  throw errors.invalid_config_fields({ issues });
}
