/** How many jobs run at the source at once, over all streams of an opened manifest. */
export interface JobTracker {
  readonly limit: number;
  /** Waits for a place, first come first served, and gives the function that hands it back. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<() => void>;
}

/** A tracker with `limit` places; less than one is one. Source: the CDK's `JobTracker`. */
export function createJobTracker(limit: number): JobTracker {
  const places = Number.isFinite(limit) ? Math.max(1, Math.floor(limit)) : 1;
  const waiting: (() => void)[] = [];
  let free = places;

  const release = (): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    };
  };

  return {
    limit: places,
    async acquire(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return release();
      }
      const turn = Promise.withResolvers<void>();
      const give = (): void => turn.resolve();
      const leave = (): void => {
        const at = waiting.indexOf(give);
        if (at === -1) return;
        waiting.splice(at, 1);
        turn.reject(signal.reason as Error);
      };
      waiting.push(give);
      signal.addEventListener('abort', leave, { once: true });
      try {
        await turn.promise;
      } finally {
        signal.removeEventListener('abort', leave);
      }
      return release();
    },
  };
}
