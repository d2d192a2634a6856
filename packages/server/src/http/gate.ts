import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Actor, Scope } from '../auth/actor.ts';
import { type Authenticator, presentedKey } from '../auth/authenticator.ts';
import { allowsSomewhere, authorize } from '../auth/policy.ts';
import { AppError, errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { RateLimiter, rateLimitHeaders } from './rate-limit.ts';

/** Wrong keys that one address may present in a minute; a right key is let in all the same. */
const wrongKeysPerMinute = 60;

export interface GateOptions {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  /** 0 sets no limit. */
  readonly rateLimitPerMinute: number;
}

export interface Knock {
  readonly scope: Scope;
  /** The scope in some project is enough here, see `RouteDeclaration.inProject`. */
  readonly inProject?: boolean | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
  /** Called once the caller is known, also when it is then turned away. */
  readonly onHeaders: (headers: Record<string, string>) => void;
}

/** Lets a request pass when its key is known, within its rate and has the scope. */
export class Gate {
  readonly #options: GateOptions;
  readonly #requests: RateLimiter | undefined;
  readonly #failures = new RateLimiter(wrongKeysPerMinute);

  constructor(options: GateOptions) {
    this.#options = options;
    this.#requests = options.rateLimitPerMinute > 0 ? new RateLimiter(options.rateLimitPerMinute) : undefined;
  }

  /** @throws unauthenticated, rate_limited, forbidden */
  async admit(knock: Knock): Promise<Actor> {
    const actor = await this.#authenticate(knock);
    const allowance = this.#requests?.take(actor.apiKeyId, this.#options.clock.now());
    if (allowance) {
      knock.onHeaders(rateLimitHeaders(allowance));
      if (!allowance.allowed) throw errors.rate_limited({ retryAfterSeconds: allowance.retryAfterSeconds });
    }
    if (knock.inProject !== true || !allowsSomewhere(actor, knock.scope)) authorize(actor, knock.scope);
    return actor;
  }

  async #authenticate({ headers, remoteAddress }: Knock): Promise<Actor> {
    try {
      return await this.#options.authenticator.authenticate(presentedKey(headers));
    } catch (error) {
      const wrong =
        error instanceof AppError && error.kind === 'unauthenticated' && error.details['reason'] !== 'missing';
      if (!wrong) throw error;
      const allowance = this.#failures.take(network(remoteAddress ?? ''), this.#options.clock.now());
      throw allowance.allowed ? error : errors.rate_limited({ retryAfterSeconds: allowance.retryAfterSeconds });
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
