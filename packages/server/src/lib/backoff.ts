export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Full-jitter exponential backoff: a random wait between half and all of `firstMs * 2^attempt`, at most `maxMs`.
 * `attempt` counts from 0; `random` gives numbers in [0, 1).
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: () => number = Math.random): number {
  const ceiling = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
