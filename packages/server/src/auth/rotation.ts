import type { AuditLog } from '../audit/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Millis } from '../control/schema.ts';
import { errors } from '../errors.ts';
import type { ApiKeyId } from '../lib/ids.ts';
import type { Actor } from './actor.ts';
import { apiKeyRow } from './key-row.ts';
import { refuseMoreThanOwn } from './policy.ts';
import { type ApiKeyRow, findApiKey, insertApiKey, type ListedApiKeyRow, updateUsableApiKey } from './repository.ts';
import { listAssigned } from './roles/repository.ts';
import { assignRoles } from './roles/service.ts';
import { readScopes } from './scopes.ts';

const dayMs = 86_400_000;

export interface Rotation {
  /** Null: never. Default: as long as the old key was made for. */
  readonly expiresInDays?: number | null | undefined;
  /** Seconds that the old key goes on; 0 ends it at once. */
  readonly graceSeconds: number;
}

/** Makes the key with the given text that takes the place of another, and lets that one end. @throws see `ApiKeyService.rotate` */
export function rotateKey(
  { control, audit }: { readonly control: ControlStore; readonly audit: AuditLog },
  actor: Actor,
  id: ApiKeyId,
  { rotation, text, now }: { readonly rotation: Rotation; readonly text: string; readonly now: Millis },
): Promise<ApiKeyRow> {
  return control.transaction(async (tx) => {
    const old = await findApiKey(tx, actor.organizationId, id);
    if (!old) throw errors.api_key_not_found({ id });
    const fresh = successorOf(old, text, now, { rotation, madeBy: actor.email });
    await replace(tx, actor, { old, fresh, graceMs: rotation.graceSeconds * 1000 });
    await audit.record(tx, actor, { action: 'api_key.rotated', subjectKind: 'api_key', subjectId: id });
    return fresh;
  });
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
