import pg from 'pg';
import { backoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ear } from './database.ts';
import { answeredInTime } from './patient-pool.ts';

interface Needs {
  readonly clock: Clock;
  readonly connect: () => pg.Client;
  readonly channel: string;
  readonly ear: Ear;
}

const RETRY = { firstMs: 100, maxMs: 10_000 };
/** A connection that was cut without a word neither tells anything nor breaks: it is asked from time to time. */
const ASK_EVERY_MS = 15_000;
const ANSWER_WITHIN_MS = 5_000;

/** Listens until the signal is aborted. Faults are no more than a pause: whoever listens also looks by itself. */
export async function listenOn(needs: Needs, signal: AbortSignal): Promise<void> {
  const { clock } = needs;
  for (let failures = 0; !signal.aborted; failures += 1) {
    const heard = await listenOnce(needs, signal);
    if (heard) failures = 0;
    if (!signal.aborted) await clock.sleep(backoffMs(failures, RETRY), signal).catch(() => undefined);
  }
}

/** Listens over one connection until it breaks or the signal is aborted; true when it came about. */
async function listenOnce({ clock, connect, channel, ear }: Needs, signal: AbortSignal): Promise<boolean> {
  const client = connect();
  const over = new AbortController();
  const end = (): void => over.abort();
  client.on('error', end).on('end', end);
  client.on('notification', ({ payload = '' }) => ear.hear(payload));
  signal.addEventListener('abort', end, { once: true });
  let connected = false;
  try {
    await client.connect();
    await answeredInTime(client, ANSWER_WITHIN_MS, () => client.query(`listen ${pg.escapeIdentifier(channel)}`));
    connected = true;
    ear.again();
    while (!over.signal.aborted) {
      await clock.sleep(ASK_EVERY_MS, over.signal).catch(() => undefined);
      if (!over.signal.aborted) await answeredInTime(client, ANSWER_WITHIN_MS, () => client.query('select 1'));
    }
  } catch {
    // The next connection says it again if it matters.
  } finally {
    signal.removeEventListener('abort', end);
    await client.end().catch(() => undefined);
  }
  return connected;
}
