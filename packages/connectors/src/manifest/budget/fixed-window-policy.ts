import type { CallPolicy } from './call-policy.ts';

/** So many calls between two resets (`FixedWindowCallRatePolicy`). The API may lower what is left, and say when the reset is. */
export function fixedWindowPolicy(options: {
  readonly limit: number;
  readonly periodMs: number;
  readonly now: number;
}): CallPolicy {
  const { limit, periodMs } = options;
  let resetAt = options.now + periodMs;
  let used = 0;
  const turn = (now: number): void => {
    if (now < resetAt) return;
    resetAt += periodMs * (Math.floor((now - resetAt) / periodMs) + 1);
    used = 0;
  };
  return {
    most: limit,
    take(now, weight) {
      turn(now);
      if (used + weight > limit) return Math.max(1, resetAt - now);
      used += weight;
      return 0;
    },
    observe(now, left, reset) {
      turn(now);
      if (left !== undefined && limit - used > left) used = limit - left;
      if (reset !== undefined && reset > now) resetAt = reset;
    },
  };
}
