import { expect, test } from 'vitest';
import { createJobTracker } from './job-tracker.ts';

const never = new AbortController().signal;

test('holds back who comes when all places are taken, and serves them in their order', async () => {
  const tracker = createJobTracker(1);
  const served: string[] = [];
  const job = async (name: string): Promise<void> => {
    const release = await tracker.acquire(never);
    served.push(name);
    await Promise.resolve();
    release();
  };
  const first = await tracker.acquire(never);
  const jobs = ['a', 'b', 'c'].map((name) => job(name));
  expect(served).toEqual([]);
  first();
  await Promise.all(jobs);
  expect(served).toEqual(['a', 'b', 'c']);
});

test('counts a place that is handed back twice once', async () => {
  const tracker = createJobTracker(1);
  const release = await tracker.acquire(never);
  release();
  release();
  await tracker.acquire(never);
  let served = false;
  void tracker.acquire(never).then(() => (served = true));
  await Promise.resolve();
  expect(served).toBe(false);
});

test('lets who is called off leave the line without taking a place', async () => {
  const tracker = createJobTracker(1);
  const release = await tracker.acquire(never);
  const calledOff = new AbortController();
  const waiting = tracker.acquire(calledOff.signal);
  calledOff.abort(new Error('called off'));
  await expect(waiting).rejects.toThrow('called off');
  release();
  await expect(tracker.acquire(never)).resolves.toBeTypeOf('function');
  await expect(tracker.acquire(calledOff.signal)).rejects.toThrow('called off');
});

test.each([-1, 0, 0.5, Number.NaN])('has one place for a limit of %s', (limit) => {
  expect(createJobTracker(limit).limit).toBe(1);
});
