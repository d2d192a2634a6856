import type { OAuthScheme } from '@tributary/connectors/kit/auth';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { AuditLog } from '../../audit/service.ts';
import type { ControlStore, Queryable } from '../../control/database.ts';
import { errors } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId, type OAuthClientId, type OrganizationId } from '../../lib/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Actor } from '../actor.ts';
import { ownClientContext } from './clients.ts';
import {
  deleteUnusedOAuthClient,
  findOAuthClient,
  insertOAuthClient,
  listOAuthClients,
  updateOAuthClient,
  type OAuthClientRow,
} from './repository.ts';

/** An organization's own client at a provider, so that its people see its name there. The secret is in no answer. */
export type OwnClient = Omit<OAuthClientRow, 'key_id' | 'wrapped_key' | 'ciphertext'>;

export interface NewOwnClient {
  readonly name: string;
  /** Id or alias of a source. */
  readonly source: string;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
}

export interface OwnClientChange {
  readonly name?: string;
  /** A new secret of the same client; another client is another row, as tokens belong to one. */
  readonly clientSecret?: Secret;
}

/** What an organization's clients are for. */
export type FindScheme = (
  organizationId: OrganizationId,
  source: string,
) => Promise<{ readonly id: string; readonly scheme: OAuthScheme | undefined }>;

export interface OwnClients {
  /** Throws `source_not_found`, `auth_method_unsupported`. */
  create(actor: Actor, input: NewOwnClient): Promise<OwnClient>;
  /** Newest first. */
  list(actor: Actor): Promise<readonly OwnClient[]>;
  /** Throws `oauth_client_not_found`, also for another organization's id. */
  get(actor: Actor, id: OAuthClientId): Promise<OwnClient>;
  find(db: Queryable, organizationId: OrganizationId, id: OAuthClientId): Promise<OwnClient | undefined>;
  change(actor: Actor, id: OAuthClientId, change: OwnClientChange): Promise<OwnClient>;
  /** Throws `oauth_client_in_use` while a connection was made with it. */
  remove(actor: Actor, id: OAuthClientId): Promise<OwnClient>;
}

interface Needs {
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly findScheme: FindScheme;
}

const subjectKind = 'oauth_client';

function shown({ key_id: _key, wrapped_key: _wrapped, ciphertext: _sealed, ...rest }: OAuthClientRow): OwnClient {
  return rest;
}

async function getRow(db: Queryable, { organizationId }: Actor, id: OAuthClientId): Promise<OAuthClientRow> {
  const row = await findOAuthClient(db, organizationId, id);
  if (!row) throw errors.oauth_client_not_found({ id });
  return row;
}

async function create(needs: Needs, actor: Actor, input: NewOwnClient): Promise<OwnClient> {
  const { id: connector, scheme } = await needs.findScheme(actor.organizationId, input.source);
  if (!scheme) {
    const why = { shortName: connector, method: 'oauth_byoc', supported: ['direct'] };
    throw errors.auth_method_unsupported(why);
  }
  const { organizationId, email } = actor;
  const id = newId<OAuthClientId>();
  const now = needs.clock.now();
  const row: OAuthClientRow = {
    id,
    organization_id: organizationId,
    name: input.name,
    connector,
    client_id: input.clientId,
    ...needs.vault.seal({ client_secret: input.clientSecret }, ownClientContext(organizationId, id)),
    created_at: now,
    modified_at: now,
    created_by_email: email,
    modified_by_email: email,
  };
  await needs.control.transaction(async (tx) => {
    await insertOAuthClient(tx, row);
    await needs.audit.record(tx, actor, { action: 'oauth_client.created', subjectKind, subjectId: id });
  });
  return shown(row);
}

async function change(
  needs: Needs,
  actor: Actor,
  id: OAuthClientId,
  { name, clientSecret }: OwnClientChange,
): Promise<OwnClient> {
  const { organizationId } = actor;
  return needs.control.transaction(async (tx) => {
    await getRow(tx, actor, id);
    await updateOAuthClient(tx, organizationId, id, {
      ...(name !== undefined && { name }),
      ...(clientSecret && needs.vault.seal({ client_secret: clientSecret }, ownClientContext(organizationId, id))),
      modified_at: needs.clock.now(),
      modified_by_email: actor.email,
    });
    await needs.audit.record(tx, actor, { action: 'oauth_client.updated', subjectKind, subjectId: id });
    return shown(await getRow(tx, actor, id));
  });
}

export function createOwnClients(needs: Needs): OwnClients {
  const { control, audit } = needs;
  return {
    create: (actor, input) => create(needs, actor, input),
    list: async ({ organizationId }) => (await listOAuthClients(control.db, organizationId)).map(shown),
    get: async (actor, id) => shown(await getRow(control.db, actor, id)),
    async find(db, organizationId, id) {
      const row = await findOAuthClient(db, organizationId, id);
      return row && shown(row);
    },
    change: (actor, id, wanted) => change(needs, actor, id, wanted),
    remove: (actor, id) =>
      control.transaction(async (tx) => {
        const row = await getRow(tx, actor, id);
        if (!(await deleteUnusedOAuthClient(tx, actor.organizationId, id))) throw errors.oauth_client_in_use({ id });
        await audit.record(tx, actor, { action: 'oauth_client.deleted', subjectKind, subjectId: id });
        return shown(row);
      }),
  };
}
