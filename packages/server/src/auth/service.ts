import type { Secret } from '@tributary/connectors/kit/secret';
import type { AuditLog } from '../audit/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Millis } from '../control/schema.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type ApiKeyId, type OrganizationId } from '../lib/ids.ts';
import type { Actor, Scope } from './actor.ts';
import { hashKey, newKeyText, visiblePart } from './key-text.ts';
import { refuseNobodyLeft } from './managing-keys.ts';
import { refuseMoreThanOwn } from './policy.ts';
import {
  type ApiKeyPage,
  type ApiKeyRow,
  findApiKey,
  insertApiKey,
  type ListedApiKeyRow,
  listApiKeys,
  updateUsableApiKey,
} from './repository.ts';
import { listAssigned } from './roles/repository.ts';
import { type Assignment, assignRoles } from './roles/service.ts';
import { readScopes } from './scopes.ts';

const dayMs = 86_400_000;

/** An API key without its secret. */
export interface ApiKey {
  readonly id: ApiKeyId;
  readonly organizationId: Actor['organizationId'];
  /** The first characters of the key. */
  readonly prefix: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
  readonly scopes: readonly (Scope | '*')[];
  readonly createdAt: Millis;
  readonly expiresAt: Millis | null;
  /** Within a minute. */
  readonly lastUsedAt: Millis | null;
  readonly revokedAt: Millis | null;
  readonly createdByEmail: string;
  /** Rotated, revoked or given a new end; making it counts too. */
  readonly modifiedAt: Millis;
  readonly modifiedByEmail: string;
  /** The key that took its place. */
  readonly replacedBy: ApiKeyId | null;
}

export interface NewApiKey {
  /** Default: the caller's. */
  readonly ownerName?: string | undefined;
  readonly ownerEmail?: string | undefined;
  /** At most those of the caller. */
  readonly scopes: readonly (Scope | '*')[];
  /** Beside the scopes; none by default. */
  readonly roles?: readonly Assignment[];
  /** Null: never. */
  readonly expiresInDays: number | null;
}

export interface Rotation {
  /** Null: never. Default: as long as the old key was made for. */
  readonly expiresInDays?: number | null | undefined;
  /** Seconds that the old key goes on; 0 ends it at once. */
  readonly graceSeconds: number;
}

/** A fresh key; its text is in this answer only. */
export interface MadeApiKey {
  readonly apiKey: ApiKey;
  readonly text: string;
}

export interface ApiKeyService {
  /** @throws forbidden for a scope that the caller lacks; role_not_found, project_not_found */
  create(actor: Actor, input: NewApiKey): Promise<MadeApiKey>;
  /**
   * Makes a key that is the same but for its id and text, and lets the old one end.
   * @throws api_key_not_found, api_key_ended, and forbidden when the key may do more than the caller
   */
  rotate(actor: Actor, id: ApiKeyId, rotation: Rotation): Promise<MadeApiKey>;
  list(actor: Actor, page: ApiKeyPage): Promise<readonly ApiKey[]>;
  /** @throws api_key_not_found */
  get(actor: Actor, id: ApiKeyId): Promise<ApiKey>;
  /** Ends a key for good. @throws api_key_not_found, last_api_key */
  revoke(actor: Actor, id: ApiKeyId): Promise<ApiKey>;
  /** A key of every scope for an organization that has none yet; gives its text. */
  createFirst(tx: Queryable, organizationId: OrganizationId, owner: KeyOwner): Promise<string>;
  /** The same with a key that the operator brings; does nothing when the key is known, also as a revoked one. */
  ensure(tx: Queryable, organizationId: OrganizationId, owner: KeyOwner, key: Secret): Promise<void>;
}

export interface KeyOwner {
  readonly name: string;
  readonly email: string;
}

export function createApiKeyService({
  control,
  clock,
  audit,
  onRevoked,
}: {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** So that this process obeys at once. */
  readonly onRevoked: (id: ApiKeyId) => void;
}): ApiKeyService {
  const get = async (db: Queryable, actor: Actor, id: ApiKeyId): Promise<ListedApiKeyRow> => {
    const row = await findApiKey(db, actor.organizationId, id);
    if (!row) throw errors.api_key_not_found({ id });
    return row;
  };
  return {
    async create(actor, input) {
      refuseMoreThanOwn(actor, input.scopes);
      const text = newKeyText();
      const now = clock.now();
      const row = apiKeyRow(actor.organizationId, text, now, {
        owner: { name: input.ownerName ?? actor.name, email: input.ownerEmail ?? actor.email },
        scopes: input.scopes,
        expiresAt: input.expiresInDays === null ? null : now + input.expiresInDays * dayMs,
        madeBy: actor.email,
      });
      await control.transaction(async (tx) => {
        await insertApiKey(tx, row);
        if (input.roles) await assignRoles(tx, actor, row.id, input.roles);
        await audit.record(tx, actor, { action: 'api_key.created', subjectKind: 'api_key', subjectId: row.id });
      });
      return { apiKey: toApiKey(row), text };
    },
    async rotate(actor, id, rotation) {
      const text = newKeyText();
      const row = await control.transaction(async (tx) => {
        const old = await get(tx, actor, id);
        const fresh = successorOf(old, text, clock.now(), { rotation, madeBy: actor.email });
        await replace(tx, actor, { old, fresh, graceMs: rotation.graceSeconds * 1000 });
        await audit.record(tx, actor, { action: 'api_key.rotated', subjectKind: 'api_key', subjectId: id });
        return fresh;
      });
      onRevoked(id);
      return { apiKey: toApiKey(row), text };
    },
    async list(actor, page) {
      return (await listApiKeys(control.db, actor.organizationId, page)).map(toApiKey);
    },
    async get(actor, id) {
      return toApiKey(await get(control.db, actor, id));
    },
    async revoke(actor, id) {
      const revoked = await control.transaction(async (tx) => {
        const row = await get(tx, actor, id);
        if (row.revoked_at !== null) return row;
        const now = clock.now();
        const change = { revoked_at: now, modified_at: now, modified_by_email: actor.email };
        await updateUsableApiKey(tx, actor.organizationId, id, change);
        await refuseNobodyLeft(tx, actor.organizationId, now, id);
        await audit.record(tx, actor, { action: 'api_key.revoked', subjectKind: 'api_key', subjectId: id });
        return { ...row, ...change };
      });
      onRevoked(id);
      return toApiKey(revoked);
    },
    ...firstKeys(clock),
  };
}

/** Keys that no caller asks for: of the first start and of new organizations. */
function firstKeys(clock: Clock): Pick<ApiKeyService, 'createFirst' | 'ensure'> {
  return {
    async createFirst(tx, organizationId, owner) {
      const text = newKeyText();
      await insertApiKey(tx, apiKeyRow(organizationId, text, clock.now(), { owner, scopes: ['*'], expiresAt: null }));
      return text;
    },
    async ensure(tx, organizationId, owner, key) {
      const row = apiKeyRow(organizationId, key.reveal(), clock.now(), { owner, scopes: ['*'], expiresAt: null });
      await insertApiKey(tx, row);
    },
  };
}

/** The key that takes the place of another: the same owner and scopes, another id and text. */
function successorOf(
  old: ListedApiKeyRow,
  text: string,
  now: Millis,
  { rotation, madeBy }: { readonly rotation: Rotation; readonly madeBy: string },
): ApiKeyRow {
  if (old.revoked_at !== null || old.replaced_by !== null || (old.expires_at !== null && old.expires_at <= now))
    throw errors.api_key_ended({ id: old.id });
  const days = rotation.expiresInDays;
  const lifetime = old.expires_at === null ? null : old.expires_at - old.created_at;
  const lasts = days === undefined ? lifetime : days === null ? null : days * dayMs;
  return apiKeyRow(old.organization_id, text, now, {
    owner: { name: old.owner_name, email: old.owner_email },
    scopes: readScopes(old.scopes),
    expiresAt: lasts === null ? null : now + lasts,
    madeBy,
  });
}

/** Whoever rotates a key gets to know the new one: so nobody may rotate a key that can do more than theirs. */
async function replace(
  tx: Queryable,
  actor: Actor,
  { old, fresh, graceMs }: { readonly old: ListedApiKeyRow; readonly fresh: ApiKeyRow; readonly graceMs: number },
): Promise<void> {
  const { organizationId } = actor;
  const now = fresh.created_at;
  refuseMoreThanOwn(actor, readScopes(old.scopes));
  await insertApiKey(tx, fresh);
  const roles = await listAssigned(tx, organizationId, old.id);
  await assignRoles(
    tx,
    actor,
    fresh.id,
    roles.map(({ role_id, project }) => ({ roleId: role_id, project })),
  );
  const ended = await updateUsableApiKey(tx, organizationId, old.id, {
    replaced_by: fresh.id,
    modified_at: now,
    modified_by_email: actor.email,
    ...(graceMs === 0
      ? { revoked_at: now }
      : { expires_at: Math.min(old.expires_at ?? Number.MAX_SAFE_INTEGER, now + graceMs) }),
  });
  if (!ended) throw errors.api_key_ended({ id: old.id });
}

interface KeyProperties {
  readonly owner: KeyOwner;
  readonly scopes: readonly (Scope | '*')[];
  readonly expiresAt: Millis | null;
  /** Default: the owner. */
  readonly madeBy?: string;
}

function apiKeyRow(organizationId: OrganizationId, text: string, now: Millis, properties: KeyProperties): ApiKeyRow {
  return {
    id: newId<ApiKeyId>(),
    organization_id: organizationId,
    hash: hashKey(text),
    prefix: visiblePart(text),
    owner_name: properties.owner.name,
    owner_email: properties.owner.email,
    scopes: JSON.stringify([...new Set(properties.scopes)]),
    created_at: now,
    expires_at: properties.expiresAt,
    last_used_at: null,
    revoked_at: null,
    created_by_email: properties.madeBy ?? properties.owner.email,
    modified_at: now,
    modified_by_email: properties.madeBy ?? properties.owner.email,
    replaced_by: null,
  };
}

function toApiKey(row: ListedApiKeyRow): ApiKey {
  return {
    id: row.id,
    organizationId: row.organization_id,
    prefix: row.prefix,
    ownerName: row.owner_name,
    ownerEmail: row.owner_email,
    scopes: readScopes(row.scopes),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    // Keys of the first versions know their owner only.
    createdByEmail: row.created_by_email ?? row.owner_email,
    modifiedAt: row.modified_at ?? row.created_at,
    modifiedByEmail: row.modified_by_email ?? row.owner_email,
    replacedBy: row.replaced_by,
  };
}
