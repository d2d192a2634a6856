import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Actor, Scope } from '../auth/actor.ts';
import { type Authenticator, presentedKey } from '../auth/authenticator.ts';
import { allowsSomewhere, authorize } from '../auth/policy.ts';
import { runForEveryone } from '../control/tenant-scope.ts';
import { AppError, errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { RateLimiter, rateLimitHeaders } from './rate-limit.ts';

export interface GateOptions {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  /** Requests of one key; 0 sets no limit. */
  readonly rateLimitPerMinute: number;
  /** Requests of one address, whoever sends them; 0, the default, sets no limit. */
  readonly addressRateLimitPerMinute?: number | undefined;
  /** Wrong keys that one address may present; a right key is let in all the same. Default 60; 0 sets no limit. */
  readonly wrongKeysPerMinute?: number | undefined;
}

export interface Knock {
  /** Undefined: somebody else looks at what the key may do. */
  readonly scope: Scope | undefined;
  /** The scope in some project is enough here, see `RouteDeclaration.inProject`. */
  readonly inProject?: boolean | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
  readonly onHeaders: OnHeaders;
}

/** Called with what is left of the limit that was looked at last, also when the caller is then turned away. */
export type OnHeaders = (headers: Record<string, string>) => void;

/** Lets a request pass when its key is known, within its rate and has the scope. */
export class Gate {
  readonly #options: GateOptions;
  readonly #requests: RateLimiter | undefined;
  readonly #addresses: RateLimiter | undefined;
  readonly #failures: RateLimiter | undefined;

  constructor(options: GateOptions) {
    const limiter = (perMinute: number) => (perMinute > 0 ? new RateLimiter(perMinute) : undefined);
    this.#options = options;
    this.#requests = limiter(options.rateLimitPerMinute);
    this.#addresses = limiter(options.addressRateLimitPerMinute ?? 0);
    this.#failures = limiter(options.wrongKeysPerMinute ?? 60);
  }

  /** Counts a request of an address, with a key or without one. @throws rate_limited */
  count(remoteAddress: string | undefined, onHeaders: OnHeaders): void {
    this.#take(this.#addresses, network(remoteAddress ?? ''), onHeaders);
  }

  /** @throws unauthenticated, rate_limited, forbidden */
  async admit(knock: Knock): Promise<Actor> {
    const actor = await this.#authenticate(knock);
    this.#take(this.#requests, actor.apiKeyId, knock.onHeaders);
    const { scope, inProject } = knock;
    if (scope === undefined) return actor;
    if (inProject !== true || !allowsSomewhere(actor, scope)) authorize(actor, scope);
    return actor;
  }

  #take(limiter: RateLimiter | undefined, caller: string, onHeaders: OnHeaders): void {
    const allowance = limiter?.take(caller, this.#options.clock.now());
    if (!allowance) return;
    onHeaders(rateLimitHeaders(allowance));
    if (!allowance.allowed) throw errors.rate_limited({ retryAfterSeconds: allowance.retryAfterSeconds });
  }

  async #authenticate({ headers, remoteAddress, onHeaders }: Knock): Promise<Actor> {
    try {
      // Whose rows the request may see is what this finds out.
      return await runForEveryone(() => this.#options.authenticator.authenticate(presentedKey(headers)));
    } catch (error) {
      const wrong =
        error instanceof AppError && error.kind === 'unauthenticated' && error.details['reason'] !== 'missing';
      if (!wrong) throw error;
      this.#take(this.#failures, network(remoteAddress ?? ''), onHeaders);
      throw error;
    }
  }
}

/** One subscriber holds a /64 of IPv6 addresses, so those count as one. */
function network(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':');
  const missing = 8 - groups.length - tail.split(':').length;
  return [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...tail.split(':')].slice(0, 4).join(':');
}
