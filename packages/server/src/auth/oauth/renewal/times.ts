import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import type { Millis } from '../../../control/schema.ts';
import type { OAuth2Tokens } from '../tokens.ts';
import type { RenewalTimes } from './repository.ts';

/** An access token is renewed so long before it lapses, or a tenth of its life when that is less. */
const LONGEST_MARGIN_MS = 300_000;
/** Of the life of an unused refresh token, the part after which it is used although nobody asks. */
const IDLE_SHARE = 0.6;
/** A refresh token that lives no longer than this cannot be kept alive by a loop that looks once a minute. */
const SHORTEST_IDLE_MS = 600_000;
/** The earliest that `timesOf` says, as a share of it. */
const EARLIEST = 0.9;

/**
 * Milliseconds before its expiry from which on a token that was stored at `storedAt` is renewed. `random` (0 to 1) spreads the
 * processes that use it, so that they do not all come at one moment.
 */
export function marginMs(expiresAt: Millis, storedAt: Millis, random: number): number {
  const most = Math.min(LONGEST_MARGIN_MS, Math.max(0, expiresAt - storedAt) / 10);
  return Math.round(most * (0.75 + random / 4));
}

/** When the refresh token dies unless it is used; `undefined`: never, or nobody knows. */
function refreshDeadline({ refreshToken, refreshExpiresAt }: OAuth2Tokens, provider: OAuth2Provider, now: Millis) {
  if (!refreshToken) return undefined;
  const idle = provider.refreshIdleTtl === undefined ? undefined : now + provider.refreshIdleTtl * 1_000;
  return Math.min(refreshExpiresAt ?? Infinity, idle ?? Infinity);
}

/**
 * The times that stand with a credential which was used or stored at `usedAt`. With `random` (0 to 1), connections that were
 * made together are not renewed together.
 */
export function timesOf(tokens: OAuth2Tokens, provider: OAuth2Provider, usedAt: Millis, random: number): RenewalTimes {
  const deadline = refreshDeadline(tokens, provider, usedAt) ?? Infinity;
  const life = deadline - usedAt;
  const renews = Number.isFinite(deadline) && life > SHORTEST_IDLE_MS;
  return {
    expires_at: tokens.expiresAt ?? null,
    renew_at: renews ? Math.round(usedAt + life * IDLE_SHARE * (EARLIEST + random * (1 - EARLIEST))) : null,
  };
}

/** Whether tokens that were stored at `usedAt` are to be renewed although nobody asks. */
export function isDue(tokens: OAuth2Tokens, provider: OAuth2Provider, usedAt: Millis, now: Millis): boolean {
  const earliest = timesOf(tokens, provider, usedAt, 0).renew_at;
  return earliest !== null && now >= earliest;
}
