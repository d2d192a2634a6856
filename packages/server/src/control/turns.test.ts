import { expect, test } from 'vitest';
import type { Clock } from '../lib/clock.ts';
import { systemClock } from '../lib/clock.ts';
import { Turns } from './turns.ts';

test('turns are given one at a time, in the order in which they were asked for', async () => {
  const turns = new Turns({ clock: systemClock, patienceMs: 60_000 });
  const order: number[] = [];
  let inside = 0;
  await Promise.all(
    [1, 2, 3, 4].map(async (number) => {
      const giveBack = await turns.take();
      inside += 1;
      expect(inside).toBe(1);
      order.push(number);
      await Promise.resolve();
      inside -= 1;
      giveBack();
    }),
  );
  expect(order).toEqual([1, 2, 3, 4]);
  turns.close();
});

test('who waits longer than the patience is refused, and the others still get their turn', async () => {
  let now = 0;
  const ticks: (() => void)[] = [];
  const clock: Clock = { now: () => now, sleep: () => new Promise((resolve) => ticks.push(resolve)) };
  const turns = new Turns({ clock, patienceMs: 100 });
  const giveBack = await turns.take();
  const late = turns.take();
  now = 90;
  const inTime = turns.take();
  now = 101;
  ticks.shift()?.();
  await expect(late).rejects.toMatchObject({ code: 'unavailable' });
  giveBack();
  (await inTime)();
  (await turns.take())();
});
