import { ConnectorError } from '../../kit/connector-error.ts';
import type { Clock } from '../../kit/context.ts';
import { LONGEST_WAIT_MS } from '../../kit/rate-budget.ts';
import type { Quota, QuotaPool } from './quota-pool.ts';

/** One of several tokens that stand for each other. */
export interface RotatedToken {
  readonly text: string;
  /** By pool; `undefined` when the source tells no quota of this token. */
  quotas: ReadonlyMap<QuotaPool, Quota> | undefined;
}

export interface RotationOptions {
  readonly tokens: readonly RotatedToken[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly longestWaitMs: number;
  readonly reserveFraction: number;
  readonly leastReserve: number;
  /** Asks the source for the quotas of all tokens. */
  refresh(): Promise<void>;
}

/** Chooses the token of each request, so that none asks more than it may. */
export class TokenRotation {
  readonly #options: RotationOptions;
  #active = 0;
  #seeded: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  /** The token to ask with; counts the call. Throws `ConnectorError('rate_limited')` when all are used up for too long. */
  async take(pool: QuotaPool | undefined): Promise<RotatedToken> {
    const { clock, signal } = this.#options;
    await this.#seed();
    for (;;) {
      const token = this.#next(pool);
      if (token) {
        const pause = this.#pauseMs(pool);
        const quota = pool && token.quotas?.get(pool);
        if (quota) quota.remaining -= 1;
        if (pause > 0) await clock.sleep(pause, signal);
        return token;
      }
      this.#waiting ??= this.#waitForReset(pool).finally(() => (this.#waiting = undefined));
      await this.#waiting;
    }
  }

  /** The next request goes out with another token, when there is one with quota left. */
  rotate(token: RotatedToken, pool: QuotaPool | undefined): boolean {
    const { tokens } = this.#options;
    if (tokens[this.#active] === token) this.#active = (this.#active + 1) % tokens.length;
    const next = this.#next(pool);
    return next !== undefined && next !== token && next.quotas !== undefined;
  }

  async #seed(): Promise<void> {
    this.#seeded ??= this.#options.refresh();
    try {
      await this.#seeded;
    } catch (error) {
      this.#seeded = undefined;
      throw error;
    }
  }

  /** The active token, else the first behind it with quota left. */
  #next(pool: QuotaPool | undefined): RotatedToken | undefined {
    const { tokens } = this.#options;
    for (const offset of tokens.keys()) {
      const index = (this.#active + offset) % tokens.length;
      const token = tokens[index];
      const quota = pool && token?.quotas?.get(pool);
      if (!token || (quota && quota.remaining <= 0)) continue;
      this.#active = index;
      return token;
    }
    return undefined;
  }

  async #waitForReset(pool: QuotaPool | undefined): Promise<void> {
    const { clock, signal, longestWaitMs } = this.#options;
    const resets = this.#quotas(pool).map(({ resetAt }) => resetAt);
    const wait = Math.max(1_000, Math.min(...resets) - clock.now());
    if (wait > Math.min(longestWaitMs, LONGEST_WAIT_MS)) {
      const words = `RateLimitedMultipleTokenAuthenticator: all tokens have used up their quota "${pool?.name ?? ''}".`;
      throw new ConnectorError('rate_limited', words, { retryAfterMs: wait });
    }
    await clock.sleep(wait, signal);
    this.#seeded = undefined;
    await this.#seed();
  }

  /** Milliseconds between two requests while every token is down to its reserve: what is left is spread until the reset. */
  #pauseMs(pool: QuotaPool | undefined): number {
    const { tokens, clock, reserveFraction, leastReserve } = this.#options;
    const quotas = this.#quotas(pool);
    if (quotas.length < tokens.length || quotas.length === 0) return 0;
    const isLow = ({ remaining, limit }: Quota): boolean => remaining < Math.max(reserveFraction * limit, leastReserve);
    if (!quotas.every(isLow)) return 0;
    const left = quotas.reduce((sum, { remaining }) => sum + Math.max(0, remaining), 0);
    const until = Math.min(...quotas.map(({ resetAt }) => resetAt)) - clock.now();
    return Math.min(LONGEST_WAIT_MS, Math.max(0, Math.round(until / Math.max(1, left))));
  }

  #quotas(pool: QuotaPool | undefined): readonly Quota[] {
    if (!pool) return [];
    return this.#options.tokens.map(({ quotas }) => quotas?.get(pool)).filter((quota) => quota !== undefined);
  }
}
