export interface LinkedSignal {
  /** Fires with the first of its parents, or with a `TimeoutError` when the time is up. */
  readonly signal: AbortSignal;
  /** Whether the time was up before any parent fired. */
  readonly timedOut: boolean;
  /** Stops the time; parents are followed still. */
  untimed(): void;
  /** Lets go of the parents and the timer; call it when the work is done. */
  release(): void;
}

/**
 * What `AbortSignal.any` and `AbortSignal.timeout` do, but let go of at once: a job sends millions of requests under one
 * signal, and each would leave a timer behind that lives for minutes.
 */
export function linkSignals(parents: readonly (AbortSignal | undefined)[], timeoutMs?: number): LinkedSignal {
  const controller = new AbortController();
  const followed = parents.filter((parent) => parent !== undefined);
  let timedOut = false;
  const follow = (event: Event): void => end(event.target instanceof AbortSignal ? event.target.reason : undefined);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = !controller.signal.aborted;
          end(new DOMException('The time is up.', 'TimeoutError'));
        }, timeoutMs);
  timer?.unref();

  const release = (): void => {
    clearTimeout(timer);
    for (const parent of followed) parent.removeEventListener('abort', follow);
  };
  function end(reason: unknown): void {
    release();
    controller.abort(reason);
  }

  for (const parent of followed) parent.addEventListener('abort', follow, { once: true });
  const fired = followed.find((parent) => parent.aborted);
  if (fired) end(fired.reason);
  return {
    signal: controller.signal,
    get timedOut() {
      return timedOut;
    },
    untimed: () => clearTimeout(timer),
    release,
  };
}
