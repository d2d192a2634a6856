import type { Clock } from './clock.ts';

/** Waits for the work, but at most `ms`; work that fails after that is handed to `onError`, before it is thrown. */
export async function settleWithin(
  work: Promise<void>,
  options: { readonly ms: number; readonly clock: Clock; readonly onError: (error: unknown) => void },
): Promise<void> {
  const stop = new AbortController();
  let late = false;
  const watched = work.catch((error: unknown) => {
    if (!late) throw error;
    options.onError(error);
  });
  const timer = options.clock.sleep(options.ms, stop.signal).then(
    () => {
      late = true;
    },
    () => undefined,
  );
  try {
    await Promise.race([watched, timer]);
  } finally {
    stop.abort();
  }
}
