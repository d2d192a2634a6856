import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { handClock } from '@tributary/connectors/testing/connector-probe';
import { systemClock } from '../lib/clock.ts';
import { readAhead } from './read-ahead.ts';

const never = new AbortController().signal;

test('fetches one item ahead of the consumer and no more', async () => {
  let made = 0;
  async function* source() {
    for (;;) yield ++made;
  }
  const taken: number[] = [];
  for await (const item of readAhead(source(), never, systemClock)) {
    await nextTurn();
    await nextTurn();
    taken.push(item);
    expect(made).toBe(item + 1);
    if (item === 50) break;
  }
  expect(taken).toHaveLength(50);
});

test('closes the source when it ends, when the consumer stops, and when the consumer fails', async () => {
  let open = 0;
  async function* source(items: number) {
    open += 1;
    try {
      for (let item = 0; item < items; item++) yield item;
    } finally {
      await nextTurn();
      open -= 1;
    }
  }
  expect(await Array.fromAsync(readAhead(source(3), never, systemClock))).toEqual([0, 1, 2]);
  expect(open).toBe(0);
  for await (const item of readAhead(source(3), never, systemClock)) if (item === 1) break;
  expect(open).toBe(0);
  await expect(async () => {
    for await (const item of readAhead(source(3), never, systemClock)) throw new Error(`cannot use ${item}`);
  }).rejects.toThrow('cannot use 0');
  expect(open).toBe(0);
});

test('hands on the error of the source after the items before it', async () => {
  const taken: number[] = [];
  async function* source() {
    yield 1;
    await nextTurn();
    throw new Error('broken');
  }
  await expect(async () => {
    for await (const item of readAhead(source(), never, systemClock)) taken.push(item);
  }).rejects.toThrow('broken');
  expect(taken).toEqual([1]);
});

test('G4-24 stops at once although the source hangs and does not listen', async () => {
  const controller = new AbortController();
  async function* source() {
    yield 1;
    await new Promise(() => undefined);
  }
  const reading = (async () => {
    for await (const item of readAhead(source(), controller.signal, handClock())) {
      if (item === 1) setImmediate(() => controller.abort('cancelled'));
    }
  })();
  await expect(reading).rejects.toThrow('stopped: cancelled');
});
