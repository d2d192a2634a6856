import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { settleWithin } from './settle-within.ts';

describe('waiting for work', () => {
  it('ends with the work, and throws what the work throws', async () => {
    await settleWithin(Promise.resolve(), { ms: 10_000, clock: systemClock, onError: () => undefined });
    await expect(
      settleWithin(Promise.reject(new Error('no')), { ms: 10_000, clock: systemClock, onError: () => undefined }),
    ).rejects.toThrow('no');
  });

  it('stops waiting after the time, and hands a later failure over', async () => {
    const work = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<unknown>();
    await settleWithin(work.promise, { ms: 5, clock: systemClock, onError: heard.resolve });
    work.reject(new Error('late'));
    await expect(heard.promise).resolves.toMatchObject({ message: 'late' });
  });
});
