import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../auth/actor.ts';
import type { PageRequest } from '../collections/model.ts';
import { readGrant } from '../auth/oauth/stored-grant.ts';
import type { Queryable } from '../control/database.ts';
import type { AuthMethod } from '../control/schema.ts';
import { errors } from '../errors.ts';
import { must } from '../lib/asserts.ts';
import type { Clock } from '../lib/clock.ts';
import {
  newId,
  type AuthProviderId,
  type ConnectionId,
  type OAuthClientId,
  type OrganizationId,
  type ProjectId,
} from '../lib/ids.ts';
import type { Vault } from '../vault/vault.ts';
import type { ConnectionFollowers } from './followers.ts';
import { freeHandle, handleFrom } from './handle.ts';
import {
  deleteUnusedConnection,
  findConnection,
  findConnectionByHandle,
  findCredential,
  insertConnection,
  listHandleKeys,
  listLabels,
  lockLabels,
  countUsers,
  listOfOrganization,
  updateConnection,
  updateSealed,
  upsertCredential,
  type ConnectionFilter,
  type ConnectionRow,
} from './repository.ts';
import type { SealedSettings, SettingsToSeal } from './settings.ts';

export type { ConnectionRow } from './repository.ts';

export interface NewConnection {
  readonly projectId: ProjectId;
  readonly connector: Connector;
  /** The spelling that the caller used for the connector. */
  readonly given: string;
  /** Display name to derive the handle from. */
  readonly name: string;
  readonly endpoint: JsonObject;
  readonly authMethod: AuthMethod;
  readonly sealed: SettingsToSeal;
  /** False until a person has allowed it; `change` with `credentialsRenewed` tells that. */
  readonly authenticated: boolean;
  /** The organization's own OAuth client that it is made with. */
  readonly oauthClientId?: OAuthClientId | null;
  /** Of a connection that is shown by itself; absent: as the handle. */
  readonly displayName?: string;
  /** Which tells it from others of its kind; absent: the next free number, for the first of its kind none. */
  readonly label?: string;
  /** It was made on its own, and stays when nothing is read through it any more. */
  readonly stays?: boolean;
  /** Which account of which outside vault, where one has the credentials. */
  readonly outside?: { readonly authProviderId: AuthProviderId; readonly config: JsonObject } | undefined;
}

export interface ConnectionChange {
  readonly endpoint?: JsonObject;
  readonly sealed?: SettingsToSeal;
  /** The credentials in `sealed` are new, not only kept along. */
  readonly credentialsRenewed?: boolean;
  /** null: none of the organization's own. */
  readonly oauthClientId?: OAuthClientId | null;
  /** Another account of an outside vault. */
  readonly outside?: NewConnection['outside'];
  readonly enabled?: boolean;
  readonly label?: string | null;
  readonly displayName?: string;
  /** Whether it stays when nothing is read through it any more. */
  readonly stays?: boolean;
}

/** Connections for the nouns that stand on them. All calls run inside the caller's transaction. */
export interface ConnectionService {
  create(tx: Queryable, actor: Actor, input: NewConnection): Promise<ConnectionId>;
  get(db: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<ConnectionRow>;
  find(db: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<ConnectionRow | undefined>;
  /** Throws `connection_not_found`. */
  getByHandle(
    db: Queryable,
    organizationId: OrganizationId,
    projectId: ProjectId,
    handle: string,
  ): Promise<ConnectionRow>;
  /** Throws `connection_label_taken`, `connection_label_required`. */
  change(tx: Queryable, actor: Actor, id: ConnectionId, change: ConnectionChange): Promise<void>;
  /** Newest first. */
  list(
    db: Queryable,
    organizationId: OrganizationId,
    page: PageRequest,
    filter: ConnectionFilter,
  ): Promise<readonly ConnectionRow[]>;
  /** Opens what the vault keeps. The result is plain: hand it to a worker or a live check, nothing else. */
  openSettings(db: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<SealedSettings>;
  /** Whether it ends with its only source connection. */
  isUsedOnce(db: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<boolean>;
  deleteUnused(tx: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<void>;
}

/** The first connection of a kind has no label; the next get `2`, `3`, … */
export function nextLabel(labels: readonly (string | null)[]): string | null {
  if (labels.length === 0) return null;
  let number = 2;
  while (labels.includes(String(number))) number += 1;
  return String(number);
}

async function newLabel(
  tx: Queryable,
  organizationId: OrganizationId,
  { connector, label }: NewConnection,
): Promise<string | null> {
  await lockLabels(tx, organizationId);
  const others = await listLabels(tx, organizationId, connector.id);
  if (label === undefined) return nextLabel(others.map((one) => one.label));
  checkLabel(label, connector.id, others);
  return label;
}

/** Labels tell connections of one kind apart: with several of them each needs its own. */
function checkLabel(
  label: string | null,
  connector: string,
  others: readonly Pick<ConnectionRow, 'id' | 'label'>[],
): void {
  if (label === null && others.length > 0) throw errors.connection_label_required({ connector });
  if (label !== null && others.some((one) => one.label === label))
    throw errors.connection_label_taken({ connector, label });
}

async function assertLabel(
  tx: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
  label: string | null,
): Promise<void> {
  await lockLabels(tx, organizationId);
  const row = must(await findConnection(tx, organizationId, id), 'a connection that is changed is there');
  const labels = await listLabels(tx, organizationId, row.connector);
  checkLabel(
    label,
    row.connector,
    labels.filter((one) => one.id !== id),
  );
}

function outsideColumns(outside: NewConnection['outside']) {
  if (!outside) return {};
  return { auth_provider_id: outside.authProviderId, auth_provider_config: JSON.stringify(outside.config) };
}

/** What a connection is, beside its settings. */
function ownColumns({ enabled, label, stays, displayName }: ConnectionChange) {
  return {
    ...(enabled !== undefined && ({ enabled: enabled ? 1 : 0 } as const)),
    ...(label !== undefined && { label }),
    ...(stays !== undefined && ({ stays: stays ? 1 : 0 } as const)),
    ...(displayName !== undefined && { display_name: displayName }),
  };
}

const emptySettings: SealedSettings = { credentials: {}, config: {} };

/** A row for a new connection, with a free handle and, for a second one of its kind, a label. */
async function newRow(
  tx: Queryable,
  actor: Actor,
  input: NewConnection,
  now: number,
): Promise<Parameters<typeof insertConnection>[1]> {
  const { projectId, connector } = input;
  const wanted = handleFrom(input.name, connector.id);
  const handle = freeHandle(wanted, new Set(await listHandleKeys(tx, actor.organizationId, projectId, wanted)));
  return {
    id: newId<ConnectionId>(),
    organization_id: actor.organizationId,
    project_id: projectId,
    handle,
    handle_key: handle,
    connector: connector.id,
    connector_given: input.given,
    description: null,
    endpoint: JSON.stringify(input.endpoint),
    auth_method: input.authMethod,
    authenticated_at: input.authenticated ? now : null,
    oauth_client_id: input.oauthClientId ?? null,
    ...outsideColumns(input.outside),
    enabled: 1,
    label: await newLabel(tx, actor.organizationId, input),
    display_name: input.displayName ?? null,
    stays: input.stays ? 1 : 0,
    created_at: now,
    modified_at: now,
    created_by_email: actor.email,
    modified_by_email: actor.email,
  };
}

export interface SealNeeds {
  readonly vault: Vault;
  readonly clock: Clock;
}

/** How settings get into the vault: new credentials, or others beside those that are there. */
export function sealing({ vault, clock }: SealNeeds) {
  const seal = async (
    tx: Queryable,
    organizationId: OrganizationId,
    id: ConnectionId,
    settings: SettingsToSeal,
  ): Promise<void> => {
    const sealed = vault.seal({ ...settings }, { organizationId, row: id, column: 'credential.ciphertext' });
    const now = clock.now();
    // When tokens must be renewed depends on the provider: whoever renews looks at once, and says when next.
    const renew_at = readGrant(settings.credentials)?.tokens ? now : null;
    await upsertCredential(tx, organizationId, { connection_id: id, ...sealed, updated_at: now, renew_at });
  };
  /** Tokens may have been renewed since the caller read them: those that are stored stay. */
  const sealBeside = async (
    tx: Queryable,
    organizationId: OrganizationId,
    id: ConnectionId,
    { credentials, config }: SettingsToSeal,
  ): Promise<void> => {
    const place = { organizationId, row: id, column: 'credential.ciphertext' };
    for (;;) {
      const row = must(await findCredential(tx, organizationId, id), 'a connection always has its credential');
      const stored = readGrant({ ...emptySettings, ...vault.open(row, place) }.credentials)?.tokens;
      const kept = stored ? { oauth: { ...(credentials['oauth'] as object), tokens: stored } } : credentials;
      const sealed = vault.seal({ credentials: kept, config }, place);
      if (await updateSealed(tx, organizationId, id, { seen: row.ciphertext, sealed })) return;
    }
  };
  return { seal, sealBeside };
}

interface ConnectionNeeds extends SealNeeds {
  readonly followers?: ConnectionFollowers;
}

export function createConnectionService({ vault, clock, followers }: ConnectionNeeds): ConnectionService {
  const { seal, sealBeside } = sealing({ vault, clock });
  return {
    async create(tx, actor, input) {
      let row = await newRow(tx, actor, input, clock.now());
      // On PostgreSQL others create connections at the same time; a handle that was free a moment ago may be taken.
      while (!(await insertConnection(tx, row))) row = await newRow(tx, actor, input, clock.now());
      await seal(tx, actor.organizationId, row.id, input.sealed);
      return row.id;
    },
    async get(db, organizationId, id) {
      return must(await findConnection(db, organizationId, id), 'a source connection always has its connection');
    },
    find: findConnection,
    async getByHandle(db, organizationId, projectId, handle) {
      const row = await findConnectionByHandle(db, organizationId, projectId, handle);
      if (!row) throw errors.connection_not_found({ name: handle });
      return row;
    },
    async change(tx, actor, id, change) {
      const now = clock.now();
      if (change.label !== undefined) await assertLabel(tx, actor.organizationId, id, change.label);
      await updateConnection(tx, actor.organizationId, id, {
        ...(change.endpoint && { endpoint: JSON.stringify(change.endpoint) }),
        ...(change.credentialsRenewed && { authenticated_at: now }),
        ...(change.oauthClientId !== undefined && { oauth_client_id: change.oauthClientId }),
        ...outsideColumns(change.outside),
        ...ownColumns(change),
        modified_at: now,
        modified_by_email: actor.email,
      });
      if (change.sealed && change.credentialsRenewed) await seal(tx, actor.organizationId, id, change.sealed);
      else if (change.sealed) await sealBeside(tx, actor.organizationId, id, change.sealed);
      await followers?.changed(tx, actor.organizationId, id);
    },
    async openSettings(db, organizationId, id) {
      const row = await findCredential(db, organizationId, id);
      if (!row) return emptySettings;
      const opened = vault.open(row, { organizationId, row: id, column: 'credential.ciphertext' });
      return { ...emptySettings, ...opened };
    },
    list: listOfOrganization,
    isUsedOnce: async (db, organizationId, id) => (await countUsers(db, organizationId, id)) <= 1,
    async deleteUnused(tx, organizationId, id) {
      if (await deleteUnusedConnection(tx, organizationId, id)) await followers?.removed(tx, organizationId, id);
    },
  };
}
