import type { Clock } from '../lib/clock.ts';

/** A generator that does not come back from its `finally` within this time is left behind; cancelling must not wait for it. */
const CLOSE_GRACE_MS = 2_000;

/**
 * Settles as the promise does, or rejects with the signal's reason as soon as that is aborted. The promise is left
 * alone; a later rejection of it is swallowed.
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(abortError(signal));
  promise.catch(() => undefined);
  if (signal.aborted) throw abortError(signal);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The error of an aborted signal; its reason may be a bare word. */
export function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(`stopped: ${String(signal.reason)}`);
}

/**
 * Yields what the source yields, and fetches one item ahead while the consumer works on the last: never more than two
 * are held, so memory does not grow with the source. A generator may therefore be resumed before its page is stored;
 * only the `since` of a later read tells what was committed. Stops at once when the signal is aborted. However it ends,
 * the source's `return()` is called, so that its `finally` blocks close what they opened.
 */
export async function* readAhead<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  clock: Clock,
  /** Items to fetch before they are asked for. */
  depth: 0 | 1 = 1,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const advance = (): Promise<IteratorResult<T>> => {
    const next = iterator.next();
    // It may fail while nobody looks at it yet.
    next.catch(() => undefined);
    return next;
  };
  let ended = false;
  try {
    let pending: Promise<IteratorResult<T>> | undefined;
    for (;;) {
      const result = await untilAborted(pending ?? advance(), signal).catch((error: unknown) => {
        // An iterator that fails has closed itself; after an abort it may still be at work.
        ended = !signal.aborted;
        throw error;
      });
      if (result.done === true) {
        ended = true;
        return;
      }
      pending = depth > 0 ? advance() : undefined;
      yield result.value;
    }
  } finally {
    if (!ended) await close(iterator, clock);
  }
}

async function close(iterator: AsyncIterator<unknown>, clock: Clock): Promise<void> {
  const closed = Promise.resolve(iterator.return?.()).then(
    () => undefined,
    () => undefined,
  );
  const timer = new AbortController();
  const patience = clock.sleep(CLOSE_GRACE_MS, timer.signal).catch(() => undefined);
  await Promise.race([closed, patience]);
  timer.abort();
}
