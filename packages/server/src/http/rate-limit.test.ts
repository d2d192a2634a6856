import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limit.ts';

describe('a rate limiter', () => {
  it('F1-12 never allows more than the limit at once plus what a minute refills, whatever the rhythm', () => {
    const waits = fc.array(fc.nat(5_000), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), waits, (limit, gaps) => {
        const limiter = new RateLimiter(limit);
        let now = 1_000_000;
        let allowed = 0;
        for (const gap of gaps) {
          now += gap;
          if (limiter.take('k', now).allowed) allowed += 1;
        }
        expect(allowed).toBeLessThanOrEqual(limit + ((now - 1_000_000) / 60_000) * limit + 1e-6);
      }),
    );
  });

  it('lets a caller in that waits as long as it was told', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(10_000), (limit, extra) => {
        const limiter = new RateLimiter(limit);
        let now = 5_000 + extra;
        for (let count = 0; count < limit; count += 1) limiter.take('k', now);
        const refused = limiter.take('k', now);
        expect(refused.allowed).toBe(false);
        now += refused.retryAfterSeconds * 1000;
        expect(limiter.take('k', now).allowed).toBe(true);
      }),
    );
  });

  it('forgets callers that have gone', () => {
    const limiter = new RateLimiter(10);
    for (let caller = 0; caller < 1000; caller += 1) limiter.take(String(caller), 0);
    limiter.take('late', 120_000);
    expect(limiter.size).toBe(1);
  });

  it('takes no tokens away when the clock is set back', () => {
    const limiter = new RateLimiter(2);
    limiter.take('k', 100_000);
    expect(limiter.take('k', 0)).toMatchObject({ allowed: true, remaining: 0 });
  });
});
