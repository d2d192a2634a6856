import type { Clock, Logger } from '@tributary/connectors/kit/context';
import { backoffMs } from '../lib/backoff.ts';
import { failureOf, faultOf } from './fault.ts';
import type { Fault } from './fault.ts';

/** Longer waits give the lease back: a worker should not be held by a source that is not there. */
export const LONGEST_WAIT_MS = 30_000;
const BACKOFF = { firstMs: 1_000, maxMs: LONGEST_WAIT_MS };
/** A source that says "too many" and not until when is left alone so long, once short waits did not help. */
const UNSAID_WAIT_MS = 60_000;

/**
 * How often in a row each kind of fault is met without the cursor moving. The HTTP client has already tried several
 * times by then. Nonsense rarely gets better. Being told to wait is no failure: it ends in a postponed job.
 */
export const MOST_TRIES = { unavailable: 6, invalid_answer: 3, rate_limited: 6 } as const;

export interface AttemptOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Numbers in [0, 1) for the jitter. */
  readonly random?: () => number;
  /** Changes whenever the work gets on; the count of tries then begins anew. */
  readonly progress?: () => number;
}

/** Runs `work`, again after faults that pass; gives back the fault that it could not get over, or nothing. */
export async function attempt(work: () => Promise<void>, options: AttemptOptions): Promise<Fault | undefined> {
  const progress = options.progress ?? ((): number => 0);
  let reached = progress();
  let tries = 0;
  for (;;) {
    if (options.signal.aborted) return { type: 'stopped' };
    try {
      await work();
      return undefined;
    } catch (error) {
      const fault = faultOf(error, options.signal);
      logFault(options.log, fault, error);
      if (fault.type !== 'transient') return fault;
      const now = progress();
      tries = now === reached ? tries + 1 : 1;
      reached = now;
      const wait = waitAfter(fault, tries, options.random);
      if (wait === undefined) return failureOf(fault.reason, fault.message);
      if (wait > LONGEST_WAIT_MS) return { type: 'postponed', at: options.clock.now() + wait, reason: fault.message };
      const stopped = await sleep(wait, options);
      if (stopped) return stopped;
    }
  }
}

/** Milliseconds to wait before the next try, `undefined` when there is none. */
function waitAfter(
  { reason, retryAfterMs }: Extract<Fault, { type: 'transient' }>,
  tries: number,
  random: (() => number) | undefined,
): number | undefined {
  const patient = tries < MOST_TRIES[reason];
  const wait = Math.max(retryAfterMs ?? 0, backoffMs(tries - 1, BACKOFF, random));
  if (patient) return wait;
  return reason === 'rate_limited' ? Math.max(wait, UNSAID_WAIT_MS) : undefined;
}

async function sleep(ms: number, { clock, signal }: AttemptOptions): Promise<Fault | undefined> {
  try {
    await clock.sleep(ms, signal);
    return undefined;
  } catch (error) {
    return faultOf(error, signal);
  }
}

function logFault(log: Logger, fault: Fault, error: unknown): void {
  if (fault.type === 'transient') log.info({ reason: fault.reason, message: fault.message }, 'source fault');
  if (fault.type === 'failed') log.warn({ code: fault.code, stack: framesOf(error) }, 'source failed');
}

/** Where it happened, without the message, which may hold what the source sent. */
function framesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  return error.stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
}
