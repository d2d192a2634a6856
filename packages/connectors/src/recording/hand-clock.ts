import type { Clock } from '../kit/context.ts';

export interface HandClock extends Clock {
  /** Back to the time at which it began. */
  rewind(): void;
}

/**
 * A clock that moves by being slept on only, so that a recording and what plays it ask for the same times. `pause` is what really
 * happens in a sleep; nothing by default.
 */
export function handClock(start: number, pause: Clock['sleep'] = () => Promise.resolve()): HandClock {
  let now = start;
  return {
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      await pause(ms, signal);
      now += ms;
    },
    rewind: () => void (now = start),
  };
}
