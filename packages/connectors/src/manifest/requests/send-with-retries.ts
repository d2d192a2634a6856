import { ConnectorError } from '../../kit/connector-error.ts';
import type { Clock } from '../../kit/context.ts';
import { LONGEST_WAIT_MS } from '../../kit/rate-budget.ts';
import { askedDelayMs } from '../../kit/retry-delay.ts';
import { LONGEST_PAUSE_MS } from '../error-handling/longest-pause.ts';
import type { ErrorHandler, ErrorResolution, JudgedAnswer } from '../error-handling/error-handler.ts';
import type { RequestOutcome } from '../model/request.ts';

/** An answer as it came. */
export interface Asked extends JudgedAnswer {
  /** Plain secrets that were sent and that the configuration does not hold. */
  readonly secrets: readonly string[];
  /** The next try goes out with another token, so that there is nothing to wait for. */
  readonly rotated: boolean;
  /** Lets go of a streamed body. */
  discard(): void;
}

export interface Sending {
  readonly errorHandler: ErrorHandler;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One try. */
  ask(): Promise<Asked>;
  /** Gets a newer token before the next try. */
  renew(): Promise<boolean>;
  failure(resolution: ErrorResolution, answer: Asked): ConnectorError;
  ignored(resolution: ErrorResolution, answer: JudgedAnswer): void;
}

/** Waits without a backoff strategy: 1 s, 2 s, 4 s, … (CDK `rate_limiting`). */
const FIRST_WAIT_MS = 1_000;

/**
 * Asks until error handling takes the answer, passes it over, or gives up. Throws `ConnectorError`: what the failure is, or
 * `rate_limited` with the time to wait when that is too long to be slept through.
 */
export async function sendWithRetries(sending: Sending): Promise<RequestOutcome> {
  const { errorHandler, clock, signal } = sending;
  const startedAt = clock.now();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sending.ask();
    const resolution = errorHandler.resolve(answer);
    if (resolution.action === 'SUCCESS') return { type: 'response', response: answer.response };
    answer.discard();
    switch (resolution.action) {
      case 'IGNORE':
        sending.ignored(resolution, answer);
        return { type: 'ignored' };
      case 'RESET_PAGINATION':
        return { type: 'reset_pagination' };
      case 'FAIL':
        throw sending.failure(resolution, answer);
      case 'RETRY':
      case 'RATE_LIMITED':
      case 'REFRESH_TOKEN_THEN_RETRY': {
        const fault = faultOf(resolution);
        const waitMs = answer.rotated ? 0 : backoffMs(sending, resolution, answer, attempt);
        giveUp(sending, { resolution: fault, answer, attempt, waitMs, elapsedMs: clock.now() - startedAt });
        await renewed(sending, fault, answer);
        if (waitMs > 0) await clock.sleep(waitMs, signal);
      }
    }
  }
}

/** That a manifest wants a newer token says that the old one is at fault, whatever the status is. */
const faultOf = (resolution: ErrorResolution): ErrorResolution =>
  resolution.action === 'REFRESH_TOKEN_THEN_RETRY' ? { ...resolution, failureType: 'credential_error' } : resolution;

/** Throws when a newer token is wanted and there is none: the same token would get the same answer. */
async function renewed(sending: Sending, fault: ErrorResolution, answer: Asked): Promise<void> {
  if (fault.action !== 'REFRESH_TOKEN_THEN_RETRY') return;
  if (!(await sending.renew())) throw sending.failure(fault, answer);
}

/** The first strategy with a say; else what the source asks for; else ever longer waits. */
function backoffMs(
  { errorHandler, clock }: Sending,
  { action }: ErrorResolution,
  answer: JudgedAnswer,
  attempt: number,
): number {
  for (const strategy of errorHandler.backoffStrategies) {
    const seconds = strategy.seconds(answer, attempt);
    if (seconds) return Math.ceil(seconds * 1000);
  }
  const { headers, status } = answer.response;
  const asked = action === 'RATE_LIMITED' || status === 503 ? askedDelayMs(headers, clock.now()) : undefined;
  return asked ?? FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 20);
}

interface Standing {
  readonly resolution: ErrorResolution;
  readonly answer: Asked;
  readonly attempt: number;
  readonly waitMs: number;
  readonly elapsedMs: number;
}

/** Throws when there is no further try, or none soon. */
function giveUp(sending: Sending, { resolution, answer, attempt, waitMs, elapsedMs }: Standing): void {
  const { maxRetries, maxSeconds } = sending.errorHandler;
  const limited = resolution.action === 'RATE_LIMITED';
  const isLast = attempt > maxRetries || (!limited && elapsedMs + waitMs > maxSeconds * 1000);
  if (!isLast && waitMs <= LONGEST_WAIT_MS) return;
  const failure = sending.failure(resolution, answer);
  if (isLast && !limited) throw failure;
  throw new ConnectorError('rate_limited', failure.message, { retryAfterMs: Math.min(waitMs, LONGEST_PAUSE_MS) });
}
