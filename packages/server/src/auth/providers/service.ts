import type { JsonObject } from '@tributary/connectors/kit/json';
import type { AuditLog } from '../../audit/service.ts';
import type { ControlStore, Queryable } from '../../control/database.ts';
import { errors } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { fieldIssues } from '../../lib/field-issues.ts';
import { fieldRequired } from '../../lib/field-required.ts';
import { newId, type AuthProviderId } from '../../lib/ids.ts';
import { readableIdFrom } from '../../lib/readable-id.ts';
import type { Sealed, Vault } from '../../vault/vault.ts';
import type { Actor } from '../actor.ts';
import type { AuthProvider, AuthProviderChange, AuthProviderInput } from './model.ts';
import type { OutsideCredentialsSource } from './outside-credentials.ts';
import type { OutsideKind, OutsideProvider } from './outside-provider.ts';
import { isOutsideKind, type OutsideProviders } from './outside-providers.ts';
import { askingProvider } from './provider-faults.ts';
import {
  countConnectionsOf,
  deleteAuthProvider,
  findAuthProviderByReadableId,
  insertAuthProvider,
  listAuthProviders,
  updateAuthProvider,
  type AuthProviderRow,
} from './repository.ts';
import { providerKeyContext } from './stored-key.ts';

/** The outside vaults of an organization. Every call stays inside the actor's organization. */
export interface AuthProviderService {
  /** All that can be connected, by short name. */
  kinds(): readonly OutsideProvider[];
  /** @throws auth_provider_kind_not_found */
  kind(shortName: string): OutsideProvider;
  /** Newest first. */
  list(actor: Actor, page: { readonly skip: number; readonly limit: number }): Promise<readonly AuthProvider[]>;
  /** @throws auth_provider_not_found */
  get(actor: Actor, readableId: string): Promise<AuthProvider>;
  /** Proves the key by a live call, then seals it. @throws auth_provider_exists, invalid_auth_provider_fields, auth_provider_refused */
  create(actor: Actor, input: AuthProviderInput): Promise<AuthProvider>;
  /** A new key is proven as at creation; it counts for all connections at once. */
  update(actor: Actor, readableId: string, change: AuthProviderChange): Promise<AuthProvider>;
  /** Gives the object as it was. @throws auth_provider_in_use while connections get their credentials from it */
  remove(actor: Actor, readableId: string): Promise<AuthProvider>;
}

export interface AuthProviderNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly providers: OutsideProviders;
  readonly outside: Pick<OutsideCredentialsSource, 'validate'>;
}

function toAuthProvider(row: AuthProviderRow): AuthProvider {
  return {
    id: row.id,
    organizationId: row.organization_id,
    readableId: row.readable_id,
    name: row.name,
    description: row.description,
    kind: row.kind as OutsideKind,
    maskedClientId: row.masked_client_id,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    createdByEmail: row.created_by_email,
    modifiedByEmail: row.modified_by_email,
  };
}

async function getRow(db: Queryable, actor: Actor, readableId: string): Promise<AuthProviderRow> {
  const row = await findAuthProviderByReadableId(db, actor.organizationId, readableId);
  if (!row) throw errors.auth_provider_not_found({ readableId });
  return row;
}

/** Enough to tell one client from another, of ids that are long enough to hide something. */
function maskedClientId(key: JsonObject): string | null {
  const id = key['client_id'];
  if (typeof id !== 'string') return null;
  return id.length < 16 ? '********' : `${id.slice(0, 4)}...${id.slice(-4)}`;
}

/** Validates a key by the adapter's schema; unknown fields are refused, as they are mostly typing errors. */
function checkKey(provider: OutsideProvider, key: JsonObject): void {
  const parsed = provider.key.strict().safeParse(key, { error: fieldRequired });
  if (parsed.success) return;
  throw errors.invalid_auth_provider_fields({
    issues: fieldIssues(parsed.error.issues, ['body', 'auth_fields']),
  });
}

/** The columns of a key, after it was proven. */
async function proveAndSeal(
  { providers, outside, vault }: AuthProviderNeeds,
  actor: Actor,
  row: { readonly id: AuthProviderId; readonly readableId: string; readonly kind: OutsideKind },
  key: JsonObject,
): Promise<Sealed & { readonly masked_client_id: string | null }> {
  checkKey(providers[row.kind], key);
  await askingProvider(row.readableId, () => outside.validate(row.kind, key));
  const sealed = vault.seal(key, providerKeyContext(actor.organizationId, row.id));
  return { ...sealed, masked_client_id: maskedClientId(key) };
}

function record({ audit }: AuthProviderNeeds, tx: Queryable, actor: Actor, action: string, id: AuthProviderId) {
  return audit.record(tx, actor, { action: `auth_provider.${action}`, subjectKind: 'auth_provider', subjectId: id });
}

async function insertNew(needs: AuthProviderNeeds, actor: Actor, input: AuthProviderInput): Promise<AuthProviderRow> {
  const { control, clock } = needs;
  const { name, description, kind } = input;
  const readableId = input.readableId ?? readableIdFrom(name);
  const taken = await findAuthProviderByReadableId(control.db, actor.organizationId, readableId);
  if (taken) throw errors.auth_provider_exists({ readableId });
  const id = newId<AuthProviderId>();
  const sealed = await proveAndSeal(needs, actor, { id, readableId, kind }, input.key);
  const now = clock.now();
  const row: AuthProviderRow = {
    id,
    organization_id: actor.organizationId,
    readable_id: readableId,
    name,
    description,
    kind,
    ...sealed,
    created_at: now,
    modified_at: now,
    created_by_email: actor.email,
    modified_by_email: actor.email,
  };
  await control.transaction(async (tx) => {
    if (!(await insertAuthProvider(tx, row))) throw errors.auth_provider_exists({ readableId });
    await record(needs, tx, actor, 'created', id);
  });
  return row;
}

export function createAuthProviderService(needs: AuthProviderNeeds): AuthProviderService {
  const { control, clock, providers } = needs;
  return {
    kinds: () => Object.values(providers),
    kind(shortName) {
      if (!isOutsideKind(shortName)) throw errors.auth_provider_kind_not_found({ shortName });
      return providers[shortName];
    },
    async list(actor, page) {
      return (await listAuthProviders(control.db, actor.organizationId, page)).map(toAuthProvider);
    },
    get: async (actor, readableId) => toAuthProvider(await getRow(control.db, actor, readableId)),
    create: async (actor, input) => toAuthProvider(await insertNew(needs, actor, input)),
    async update(actor, readableId, change) {
      const { id, kind } = toAuthProvider(await getRow(control.db, actor, readableId));
      const sealed = change.key && (await proveAndSeal(needs, actor, { id, readableId, kind }, change.key));
      return control.transaction(async (tx) => {
        await updateAuthProvider(tx, actor.organizationId, id, {
          ...(change.name !== undefined && { name: change.name }),
          ...(change.description !== undefined && { description: change.description }),
          ...sealed,
          modified_at: clock.now(),
          modified_by_email: actor.email,
        });
        await record(needs, tx, actor, 'updated', id);
        return toAuthProvider(await getRow(tx, actor, readableId));
      });
    },
    remove: (actor, readableId) =>
      control.transaction(async (tx) => {
        const row = await getRow(tx, actor, readableId);
        const connections = await countConnectionsOf(tx, actor.organizationId, row.id);
        if (connections > 0) throw errors.auth_provider_in_use({ readableId, connections });
        await deleteAuthProvider(tx, actor.organizationId, row.id);
        await record(needs, tx, actor, 'deleted', row.id);
        return toAuthProvider(row);
      }),
  };
}
