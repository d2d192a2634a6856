import type { Secret } from '@tributary/connectors/kit/secret';
import type { AuditLog } from '../audit/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Millis } from '../control/schema.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { ApiKeyId, OrganizationId } from '../lib/ids.ts';
import type { Actor, Scope } from './actor.ts';
import { apiKeyRow, type KeyOwner } from './key-row.ts';
import { newKeyText } from './key-text.ts';
import { refuseNobodyLeft } from './managing-keys.ts';
import { refuseMoreThanOwn } from './policy.ts';
import {
  type ApiKeyPage,
  findApiKey,
  insertApiKey,
  type ListedApiKeyRow,
  listApiKeys,
  updateUsableApiKey,
} from './repository.ts';
import { type Assignment, assignRoles } from './roles/service.ts';
import { type Rotation, rotateKey } from './rotation.ts';
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
      const row = await rotateKey({ control, audit }, actor, id, { rotation, text, now: clock.now() });
      onRevoked(id);
      return { apiKey: toApiKey(row), text };
    },
    async list(actor, page) {
      return (await listApiKeys(control.db, actor.organizationId, page)).map(toApiKey);
    },
    async get(actor, id) {
      return toApiKey(await getRow(control.db, actor, id));
    },
    async revoke(actor, id) {
      const revoked = await control.transaction(async (tx) => {
        const row = await getRow(tx, actor, id);
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

async function getRow(db: Queryable, actor: Actor, id: ApiKeyId): Promise<ListedApiKeyRow> {
  const row = await findApiKey(db, actor.organizationId, id);
  if (!row) throw errors.api_key_not_found({ id });
  return row;
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
