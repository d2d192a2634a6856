import type { Secret } from '@tributary/connectors/kit/secret';
import type { AuditLog } from '../audit/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Millis } from '../control/schema.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type ApiKeyId, type OrganizationId } from '../lib/ids.ts';
import type { Actor, Scope } from './actor.ts';
import { hashKey, newKeyText, visiblePart } from './key-text.ts';
import { allows } from './policy.ts';
import {
  type ApiKeyRow,
  findApiKey,
  insertApiKey,
  type ListedApiKeyRow,
  listApiKeys,
  listUsableApiKeys,
  updateRevokedAt,
} from './repository.ts';
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
}

export interface NewApiKey {
  /** Default: the caller's. */
  readonly ownerName?: string | undefined;
  readonly ownerEmail?: string | undefined;
  /** At most those of the caller. */
  readonly scopes: readonly (Scope | '*')[];
  /** Null: never. */
  readonly expiresInDays: number | null;
}

export interface ApiKeyService {
  /** The key's text is in this answer only. @throws forbidden for a scope that the caller lacks */
  create(actor: Actor, input: NewApiKey): Promise<{ readonly apiKey: ApiKey; readonly text: string }>;
  list(actor: Actor, page: { readonly skip: number; readonly limit: number }): Promise<readonly ApiKey[]>;
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
      });
      await control.transaction(async (tx) => {
        await insertApiKey(tx, row);
        await audit.record(tx, actor, { action: 'api_key.created', subjectKind: 'api_key', subjectId: row.id });
      });
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
        await refuseLast(tx, actor, id, now);
        await updateRevokedAt(tx, actor.organizationId, id, now);
        await audit.record(tx, actor, { action: 'api_key.revoked', subjectKind: 'api_key', subjectId: id });
        return { ...row, revoked_at: now };
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

/** A key must not make a stronger one. */
function refuseMoreThanOwn(actor: Actor, wanted: readonly (Scope | '*')[]): void {
  for (const scope of wanted) {
    const own = scope === '*' ? actor.scopes.has('*') : allows(actor, scope);
    if (!own) throw errors.forbidden({ scope });
  }
}

/** Without a key that makes keys, only the operator could let anybody in again. */
async function refuseLast(db: Queryable, actor: Actor, id: ApiKeyId, now: Millis): Promise<void> {
  const managing = (await listUsableApiKeys(db, actor.organizationId, now)).filter((row) =>
    allows({ scopes: new Set(readScopes(row.scopes)) }, 'api_keys:write'),
  );
  if (managing.length === 1 && managing[0]?.id === id) throw errors.last_api_key({ id });
}

interface KeyProperties {
  readonly owner: KeyOwner;
  readonly scopes: readonly (Scope | '*')[];
  readonly expiresAt: Millis | null;
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
  };
}
