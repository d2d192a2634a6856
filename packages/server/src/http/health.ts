import type { Clock } from '../lib/clock.ts';

/** Something that the service cannot work without. */
export interface ReadinessCheck {
  readonly name: string;
  /** Answers whether it works; a rejection counts as no. */
  readonly check: () => Promise<boolean>;
}

export interface Readiness {
  readonly status: 'ready' | 'not_ready';
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>;
}

/** A check that has not answered by then has failed. */
const checkTimeoutMs = 2_000;

/** Asks all checks at once. Names only: why a check fails is for the log, not for everybody. */
export async function readiness(checks: readonly ReadinessCheck[], clock: Clock): Promise<Readiness> {
  const results = await Promise.all(
    checks.map(async ({ name, check }) => [name, (await answersInTime(check, clock)) ? 'ok' : 'failed'] as const),
  );
  const ready = results.every(([, result]) => result === 'ok');
  return { status: ready ? 'ready' : 'not_ready', checks: Object.fromEntries(results) };
}

async function answersInTime(check: () => Promise<boolean>, clock: Clock): Promise<boolean> {
  const done = new AbortController();
  const late = clock.sleep(checkTimeoutMs, done.signal).then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([check(), late]);
  } catch {
    return false;
  } finally {
    done.abort();
  }
}
