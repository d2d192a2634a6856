import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateBudget } from './rate-budget.ts';

/** Time stands still until somebody sleeps; sleepers wake in the order of their times. */
function steppedClock() {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      now += ms;
      return Promise.resolve();
    },
  };
}

describe('rate budget', () => {
  test('never lets more requests leave in a minute than the account allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 5 }),
        async (requestsPerMinute, rounds) => {
          const clock = steppedClock();
          const budget = createRateBudget({ requestsPerMinute, concurrency: 1 }, clock);
          const left: number[] = [];
          for (let at = 0; at < Math.min(400, requestsPerMinute * rounds); at += 1) {
            const release = await budget.acquire();
            left.push(clock.now());
            release();
          }
          for (const [at, time] of left.entries()) {
            const inMinute = left.slice(at).filter((other) => other < time + 60_000).length;
            // One request a minute is the least that can be spread: a bucket never holds less than one.
            expect(inMinute).toBeLessThanOrEqual(Math.max(requestsPerMinute, 2));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('lets so many run at once and serves those who wait in their order', async () => {
    const budget = createRateBudget({ requestsPerMinute: 60_000, concurrency: 2 }, steppedClock());
    const served: number[] = [];
    const releases = [await budget.acquire(), await budget.acquire()];
    const waiting = [1, 2, 3].map(async (name) => {
      const release = await budget.acquire();
      served.push(name);
      return release;
    });
    expect(served).toEqual([]);
    for (const release of releases) release();
    (await waiting[0]!)();
    await Promise.all(waiting);
    expect(served).toEqual([1, 2, 3]);
  });

  test('does not lose a turn to somebody who gave up waiting', async () => {
    const budget = createRateBudget({ requestsPerMinute: 60_000, concurrency: 1 }, steppedClock());
    const release = await budget.acquire();
    const abort = new AbortController();
    const quitter = budget.acquire(abort.signal);
    const patient = budget.acquire();
    abort.abort(new Error('quit'));
    await expect(quitter).rejects.toThrow('quit');
    release();
    (await patient)();
    await expect(budget.acquire(AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });

  test('sleeps through a short pause and gives up before a long one', async () => {
    const clock = steppedClock();
    const budget = createRateBudget({ requestsPerMinute: 600, concurrency: 1 }, clock);
    const startedAt = clock.now();
    budget.pauseUntil(startedAt + 20_000);
    (await budget.acquire())();
    expect(clock.now()).toBeGreaterThanOrEqual(startedAt + 20_000);
    budget.pauseUntil(clock.now() + 31_000);
    await expect(budget.acquire()).rejects.toMatchObject({ reason: 'rate_limited', retryAfterMs: 31_000 });
    await clock.sleep(31_000);
    (await budget.acquire())();
  });
});
