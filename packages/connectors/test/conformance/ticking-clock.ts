import type { Clock } from '../../src/kit/context.ts';

/** A clock whose sleeps take no time; each look moves it on by a millisecond, since reading takes some in the real world. */
export function tickingClock(start = Date.UTC(2026, 0, 1)): Clock {
  let now = start;
  return {
    now: () => (now += 1),
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      now += ms;
      return Promise.resolve();
    },
  };
}
