import type { Logger } from 'pino';
import type { ControlStore } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { ApiKeyId, OrganizationId } from '../lib/ids.ts';
import type { Actor } from './actor.ts';
import type { Authenticator } from './authenticator.ts';
import { hashKey, keyPrefix } from './key-text.ts';
import { findApiKeyByHash, type ListedApiKeyRow, updateLastUsedAt } from './repository.ts';
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
}

/** Knows callers by the hashes of their API keys. */
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
    if (!presented.startsWith(keyPrefix) || presented.length > 512) throw errors.unauthenticated({ reason: 'unknown' });
    const now = this.#clock.now();
    const { row, actor } = await this.#find(hashKey(presented), now);
    // Told like one that never was: whoever found it learns nothing. That a key has expired helps its owner, so it is told.
    if (row.revoked_at !== null) throw errors.unauthenticated({ reason: 'unknown' });
    if (row.expires_at !== null && row.expires_at <= now) throw errors.unauthenticated({ reason: 'expired' });
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

  async #find(hash: string, now: number): Promise<Trusted> {
    const known = this.#trusted.get(hash);
    if (known && now < known.until) return known;
    const row = await findApiKeyByHash(this.#db, hash);
    if (!row) throw errors.unauthenticated({ reason: 'unknown' });
    const rights = await findRights(this.#db, row.organization_id, row);
    const trusted = { row, actor: actorOf(row, rights), until: now + trustMs };
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
