import { describe, expect, test } from 'vitest';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { ConnectorErrorReason } from '@tributary/connectors/kit/connector-error';
import { handClock, silentLog } from '@tributary/connectors/testing/connector-probe';
import { CollectionGoneError, FencedError } from '../collection-store/port.ts';
import { attempt, MOST_TRIES } from './attempts.ts';
import { faultOfStore, StoreError } from './fault.ts';

interface Tried {
  readonly fault: Awaited<ReturnType<typeof attempt>>;
  readonly tries: number;
  readonly waited: number;
}

/** Runs work that throws what `failing` gives for each try; nothing means that it succeeds. */
async function trying(failing: (attempt: number) => unknown, progress?: (tries: number) => number): Promise<Tried> {
  const clock = handClock(0);
  let tries = 0;
  const work = (): Promise<void> => {
    const error = failing(tries++);
    // oxlint-disable-next-line typescript/only-throw-error -- connectors in the wild throw anything
    if (error !== undefined) throw error;
    return Promise.resolve();
  };
  const { signal } = new AbortController();
  const fault = await attempt(work, {
    clock,
    log: silentLog,
    signal,
    random: () => 0,
    ...(progress && { progress: () => progress(tries) }),
  });
  return { fault, tries, waited: clock.now() };
}

const error = (reason: ConnectorErrorReason, retryAfterMs?: number) =>
  new ConnectorError(reason, `it is ${reason}`, retryAfterMs === undefined ? {} : { retryAfterMs });

describe('attempt', () => {
  test('G4-8 waits longer and longer for a source that is down, then gives up with a category of the cause', async () => {
    expect(await trying(() => error('unavailable'))).toEqual({
      fault: {
        type: 'failed',
        code: 'source_unavailable',
        message: 'it is unavailable',
        category: null,
        wholeJob: false,
      },
      tries: MOST_TRIES.unavailable,
      waited: 500 + 1_000 + 2_000 + 4_000 + 8_000,
    });
  });

  test('G4-8 goes on when the source is back', async () => {
    expect(await trying((n) => (n < 3 ? error('unavailable') : undefined))).toMatchObject({
      fault: undefined,
      tries: 4,
    });
  });

  test('G4-8 progress gives new patience', async () => {
    const tried = await trying(
      (n) => (n < 50 ? error('unavailable') : undefined),
      (tries) => Math.floor(tries / 4),
    );
    expect(tried).toMatchObject({ fault: undefined, tries: 51 });
    expect(
      await trying(
        () => error('unavailable'),
        (tries) => Math.floor(tries / 100),
      ),
    ).toMatchObject({ tries: 6 });
  });

  test('G4-7 waits as long as the source asks, and never counts it as a failure', async () => {
    expect(await trying((n) => (n === 0 ? error('rate_limited', 12_000) : undefined))).toEqual({
      fault: undefined,
      tries: 2,
      waited: 12_000,
    });
    expect((await trying(() => error('rate_limited', 1_000))).fault).toMatchObject({ type: 'postponed' });
  });

  test('G4-7 gives the job back instead of a wait of more than 30 seconds', async () => {
    expect(await trying(() => error('rate_limited', 30_001))).toEqual({
      fault: { type: 'postponed', at: 30_001, reason: 'it is rate_limited' },
      tries: 1,
      waited: 0,
    });
  });

  test('G4-10 tries nonsense a few times only', async () => {
    expect(await trying(() => error('invalid_answer'))).toMatchObject({ fault: { code: 'invalid_answer' }, tries: 3 });
  });

  test.each([
    ['configuration', 'configuration_invalid', null],
    ['credential', 'credential_refused', 'api_key_invalid'],
    ['refused', 'access_refused', null],
  ] as const)('fails at once on %s, for the whole job', async (reason, code, category) => {
    expect(await trying(() => error(reason))).toEqual({
      fault: { type: 'failed', code, message: `it is ${reason}`, category, wholeJob: true },
      tries: 1,
      waited: 0,
    });
  });

  test('shows nothing of an error that nobody planned, and no secret of one that was', async () => {
    expect((await trying(() => new TypeError('password is hunter2'))).fault).toMatchObject({
      code: 'connector_crashed',
      message: 'The connector stopped unexpectedly (TypeError).',
    });
    expect((await trying(() => 'hunter2')).fault).toMatchObject({ message: expect.not.stringContaining('hunter2') });
    const careless = new ConnectorError('configuration', 'cannot use password=hunter2 here');
    expect((await trying(() => careless)).fault).toMatchObject({ message: expect.not.stringContaining('hunter2') });
  });

  test('tells faults of the store from those of the connector', async () => {
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    expect((await trying(() => new StoreError(full))).fault).toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining('SQLITE_FULL'),
      wholeJob: true,
    });
    expect(faultOfStore(new FencedError())).toEqual({ type: 'fenced' });
    expect((await trying(() => new StoreError(new CollectionGoneError()))).fault).toEqual({ type: 'gone' });
  });

  test('G4-24 an abort ends a wait, and whatever the connector says of it', async () => {
    const controller = new AbortController();
    const options = { clock: handClock(), log: silentLog, signal: controller.signal };
    const stopped = await attempt(() => {
      controller.abort('cancelled');
      throw error('unavailable');
    }, options);
    expect(stopped).toEqual({ type: 'stopped' });
    expect(await attempt(() => Promise.reject(new Error('never called')), options)).toEqual({ type: 'stopped' });
  });
});
