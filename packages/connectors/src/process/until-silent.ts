import type { Clock } from '../kit/context.ts';

export interface SilenceOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds by the clock after which it is silence. */
  readonly limitMs: number;
  /** Whether nothing more is to be expected; then `graceMs` is the limit. */
  readonly isOver: () => boolean;
  readonly graceMs?: number;
}

/** How often the clock is looked at. It is not slept on: clocks of tests do not wait. */
const LOOK_MS = 100;

/**
 * Settles as the promise does, or gives `silent` when that takes too long; rejects with the signal's reason as soon as that is
 * aborted. The promise is left alone then.
 */
export function untilSilent<T>(awaited: Promise<T>, options: SilenceOptions): Promise<T | 'silent'> {
  const { clock, signal, limitMs, isOver, graceMs = limitMs } = options;
  return new Promise((resolve, reject) => {
    const since = clock.now();
    let ticksOver = 0;
    const look = (): void => {
      if (isOver()) ticksOver += 1;
      if (clock.now() - since >= limitMs || ticksOver * LOOK_MS >= graceMs) settle(() => resolve('silent'));
    };
    const onAbort = (): void => settle(() => reject(signal.reason as Error));
    const timer = setInterval(look, LOOK_MS);
    const settle = (how: () => void): void => {
      clearInterval(timer);
      signal.removeEventListener('abort', onAbort);
      how();
    };
    awaited.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error as Error)),
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
