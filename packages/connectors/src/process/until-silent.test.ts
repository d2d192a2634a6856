import { expect, test } from 'vitest';
import { handClock } from '../testing/connector-probe.ts';
import { untilSilent } from './until-silent.ts';

const never = new Promise<never>(() => undefined);

test('it is silence when the clock says so, and not a moment before', async () => {
  const clock = handClock();
  const signal = new AbortController().signal;
  const start = clock.now();
  let looks = 0;
  const slow = { now: () => (looks++ === 0 ? start : looks < 4 ? start + 999 : start + 1_000), sleep: clock.sleep };
  expect(await untilSilent(never, { clock: slow, signal, limitMs: 1_000, isOver: () => false })).toBe('silent');
  expect(looks).toBe(4);
});

test('what comes in time is given, a failure too', async () => {
  const options = { clock: handClock(), signal: new AbortController().signal, limitMs: 1_000, isOver: () => false };
  expect(await untilSilent(Promise.resolve(7), options)).toBe(7);
  await expect(untilSilent(Promise.reject(new Error('broken')), options)).rejects.toThrow('broken');
});

test('an abort ends the waiting at once', async () => {
  const abort = new AbortController();
  const options = { clock: handClock(), signal: abort.signal, limitMs: 1_000, isOver: () => false };
  const waiting = untilSilent(never, options);
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(untilSilent(never, options)).rejects.toThrow('enough');
});
