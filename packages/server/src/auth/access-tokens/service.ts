import type { AuditLog } from '../../audit/service.ts';
import type { ControlStore } from '../../control/database.ts';
import { runAs, runForEveryone } from '../../control/tenant-scope.ts';
import { errors } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { hashKey } from '../key-text.ts';
import { findApiKeyByHash } from '../repository.ts';
import { deleteExpiredAccessTokens, insertAccessToken } from './repository.ts';
import { newTokenText } from './token-text.ts';

/** Seconds that a token lives, unless its key ends sooner. */
const lifetimeSeconds = 3_600;

/** A token that stands for an API key; its text is in this answer only. */
export interface MadeAccessToken {
  readonly text: string;
  readonly expiresInSeconds: number;
}

export interface AccessTokenService {
  /**
   * Gives a token for an API key: its id, and the key itself. The token may do what the key may, and ends with it.
   * @throws client_refused when the two do not belong together, or the key has ended
   */
  create(client: { readonly id: string; readonly secret: string }): Promise<MadeAccessToken>;
}

export function createAccessTokenService({
  control,
  clock,
  audit,
}: {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
}): AccessTokenService {
  return {
    async create({ id, secret }) {
      const now = clock.now();
      // Whose key it is is what this finds out.
      const key = await runForEveryone(() => findApiKeyByHash(control.db, hashKey(secret)));
      const ended = key?.revoked_at !== null || (key.expires_at !== null && key.expires_at <= now);
      if (!key || ended || key.id !== id.trim().toLowerCase()) throw errors.client_refused({});
      const text = newTokenText();
      const expires_at = Math.min(now + lifetimeSeconds * 1_000, key.expires_at ?? Infinity);
      const { organization_id } = key;
      await runAs(organization_id, () =>
        control.transaction(async (tx) => {
          await deleteExpiredAccessTokens(tx, organization_id, now);
          const row = { hash: hashKey(text), organization_id, api_key_id: key.id, created_at: now, expires_at };
          await insertAccessToken(tx, row);
          const who = { organizationId: organization_id, apiKeyId: key.id, email: key.owner_email };
          const actor = { ...who, name: key.owner_name, scopes: new Set<never>() };
          const entry = { action: 'access_token.created', subjectKind: 'api_key', subjectId: key.id };
          await audit.record(tx, actor, entry);
        }),
      );
      return { text, expiresInSeconds: Math.floor((expires_at - now) / 1_000) };
    },
  };
}
