import { createRateBudget } from '@tributary/connectors/kit/rate-budget';
import type { RateBudget, RateLimits } from '@tributary/connectors/kit/rate-budget';
import { must } from '../lib/asserts.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectionId } from '../lib/ids.ts';

interface Shared {
  readonly budget: RateBudget;
  users: number;
}

/** One rate budget for each connection that jobs of this process read at the moment. */
export class SharedBudgets {
  readonly #clock: Clock;
  readonly #shared = new Map<ConnectionId, Shared>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The connection's budget, made from `limits` for its first user; call `release` once when done with it. */
  take(id: ConnectionId, limits: RateLimits): { readonly budget: RateBudget; readonly release: () => void } {
    const shared = this.#shared.get(id) ?? { budget: createRateBudget(limits, this.#clock), users: 0 };
    this.#shared.set(id, shared);
    shared.users += 1;
    return { budget: shared.budget, release: () => this.#release(id) };
  }

  #release(id: ConnectionId): void {
    const shared = must(this.#shared.get(id), 'a budget in use is kept');
    shared.users -= 1;
    if (shared.users === 0) this.#shared.delete(id);
  }
}
