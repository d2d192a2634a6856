import type { Logger } from 'pino';
import type { ControlStore } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { ApiKeyId, OrganizationId } from '../lib/ids.ts';
import type { Actor } from './actor.ts';
import type { Authenticator } from './authenticator.ts';
import { hashKey, keyPrefix } from './key-text.ts';
import { findAccessTokenByHash } from './access-tokens/repository.ts';
import { tokenPrefix } from './access-tokens/token-text.ts';
import { findApiKey, findApiKeyByHash, type ListedApiKeyRow, updateLastUsedAt } from './repository.ts';
import { findRights } from './roles/rights.ts';

/** How long a found key is trusted without asking the database: a revocation is obeyed everywhere within a second. */
const trustMs = 900;
const trustedAtMost = 10_000;
/** `last_used_at` is written at most this often for a key. */
const lastUsedEveryMs = 60_000;

interface Trusted {
  readonly row: ListedApiKeyRow;
  readonly actor: Actor;
  readonly until: number;
  /** When the key ends, or the token that stands for it. */
  readonly endsAt: number | null;
}

/** Knows callers by the hashes of their API keys, and of the tokens that stand for these. */
export class KeyAuthenticator implements Authenticator {
  readonly #db: ControlStore['db'];
  readonly #clock: Clock;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #trusted = new Map<string, Trusted>();
  readonly #lastUsed = new Map<ApiKeyId, number>();

  constructor(needs: {
    readonly control: Pick<ControlStore, 'db'>;
    readonly clock: Clock;
    readonly log: Pick<Logger, 'warn'>;
  }) {
    this.#db = needs.control.db;
    this.#clock = needs.clock;
    this.#log = needs.log;
  }

  async authenticate(presented: string | undefined): Promise<Actor> {
    if (presented === undefined) throw errors.unauthenticated({ reason: 'missing' });
    // Anything else cannot be one of our keys: no need to ask the database.
    const ours = presented.startsWith(keyPrefix) || presented.startsWith(tokenPrefix);
    if (!ours || presented.length > 512) throw errors.unauthenticated({ reason: 'unknown' });
    const now = this.#clock.now();
    const { row, actor, endsAt } = await this.#find(hashKey(presented), now, presented.startsWith(tokenPrefix));
    // Told like one that never was: whoever found it learns nothing. That a key has expired helps its owner, so it is told.
    if (row.revoked_at !== null) throw errors.unauthenticated({ reason: 'unknown' });
    if (endsAt !== null && endsAt <= now) throw errors.unauthenticated({ reason: 'expired' });
    this.#noteUse(row, now);
    return actor;
  }

  /** Forgets a key at once; other processes follow within a second. */
  forget(id: ApiKeyId): void {
    for (const [hash, { row }] of this.#trusted) if (row.id === id) this.#trusted.delete(hash);
  }

  /** Looks the keys of an organization up again: their roles have changed. */
  forgetOrganization(id: OrganizationId): void {
    for (const [hash, { row }] of this.#trusted) if (row.organization_id === id) this.#trusted.delete(hash);
  }

  async #find(hash: string, now: number, isToken: boolean): Promise<Trusted> {
    const known = this.#trusted.get(hash);
    if (known && now < known.until) return known;
    const token = isToken ? await findAccessTokenByHash(this.#db, hash) : undefined;
    const row = token
      ? await findApiKey(this.#db, token.organization_id, token.api_key_id)
      : await findApiKeyByHash(this.#db, hash);
    if (!row) throw errors.unauthenticated({ reason: 'unknown' });
    const rights = await findRights(this.#db, row.organization_id, row);
    const ends = [row.expires_at, token?.expires_at ?? null].filter((end) => end !== null);
    const endsAt = ends.length === 0 ? null : Math.min(...ends);
    const trusted = { row, actor: actorOf(row, rights), until: now + trustMs, endsAt };
    if (this.#trusted.size >= trustedAtMost) this.#trusted.clear();
    this.#trusted.set(hash, trusted);
    return trusted;
  }

  #noteUse(row: ListedApiKeyRow, now: number): void {
    if (now - (this.#lastUsed.get(row.id) ?? row.last_used_at ?? 0) < lastUsedEveryMs) return;
    this.#lastUsed.set(row.id, now);
    updateLastUsedAt(this.#db, row.organization_id, row.id, now).catch(() => {
      this.#log.warn({ apiKeyId: row.id }, 'the last use of an API key could not be noted');
    });
  }
}

function actorOf(row: ListedApiKeyRow, rights: Pick<Actor, 'scopes' | 'projectScopes'>): Actor {
  return {
    organizationId: row.organization_id,
    apiKeyId: row.id,
    name: row.owner_name,
    email: row.owner_email,
    ...rights,
  };
}
