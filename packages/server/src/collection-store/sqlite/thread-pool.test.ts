import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ThreadPool } from './thread-pool.ts';

/** Says which thread it is, fails, dies, or waits until its latch is opened. */
const program = `
import { parentPort, threadId } from 'node:worker_threads';
parentPort.on('message', ({ operation, args }) => {
  if (operation === 'exit') process.exit(3);
  if (operation === 'crash') throw new Error('broken thread');
  if (operation === 'wait') Atomics.wait(new Int32Array(args[0]), 0, 0);
  if (operation === 'fail') parentPort.postMessage({ ok: false, failure: new TypeError('not like this') });
  else parentPort.postMessage({ ok: true, result: threadId });
});`;

describe('ThreadPool', () => {
  let folder: string;
  let pool: ThreadPool | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thread-pool-'));
    await writeFile(join(folder, 'thread.mjs'), program);
  });
  afterEach(() => pool?.close());
  afterAll(() => rm(folder, { recursive: true }));

  function open(size: number, endWhenIdle = false): ThreadPool {
    const entry = pathToFileURL(join(folder, 'thread.mjs'));
    pool = new ThreadPool({ entry, workerData: {}, size, endWhenIdle });
    return pool;
  }

  function latch() {
    const shared = new SharedArrayBuffer(4);
    const release = () => {
      const cell = new Int32Array(shared);
      Atomics.store(cell, 0, 1);
      Atomics.notify(cell, 0);
    };
    return { shared, release };
  }

  it('answers with what the operation gave or threw', async () => {
    const threads = open(1);
    expect(await threads.run('id', 'a', [])).toEqual(expect.any(Number));
    await expect(threads.run('fail', 'a', [])).rejects.toThrow(new TypeError('not like this'));
  });

  it.each([
    ['exit', /a store thread was lost: it ended/],
    ['crash', /a store thread was lost: Error: broken thread/],
  ])('fails the request of a thread that dies by %s, and goes on with another thread', async (operation, reason) => {
    const threads = open(1);
    const first = await threads.run('id', 'a', []);
    const lost = threads.run(operation, 'a', []);
    const behind = threads.run('id', 'a', []);
    await expect(lost).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(reason) });
    expect(await behind).not.toBe(first);
  });

  it('answers on a free thread while another one is busy, and waits when all are', async () => {
    const threads = open(2);
    const [one, two] = [latch(), latch()];
    const busy = threads.run('wait', 'a', [one.shared]);
    expect(await threads.run('id', 'a', [])).toEqual(expect.any(Number));
    const alsoBusy = threads.run('wait', 'b', [two.shared]);
    const order: string[] = [];
    const waiting = threads.run('id', 'c', []).then(() => order.push('waiting'));
    const released = busy.then(() => order.push('busy'));
    one.release();
    await Promise.all([waiting, released]);
    expect(order).toEqual(['busy', 'waiting']);
    two.release();
    expect(await alsoBusy).not.toBe(await busy);
  });

  it('goes back to the thread that served the same affinity', async () => {
    const threads = open(2);
    const gate = latch();
    const a = threads.run('wait', 'a', [gate.shared]);
    const b = await threads.run('id', 'b', []);
    gate.release();
    expect(await threads.run('id', 'b', [])).toBe(b);
    const first = await a;
    expect(await threads.run('id', 'a', [])).toBe(first);
    expect(await threads.run('id', 'b', [])).toBe(b);
  });

  it('starts a new thread after one has ended for having nothing to do', async () => {
    const threads = open(1, true);
    const first = await threads.run('id', 'a', []);
    expect(await threads.run('id', 'a', [])).not.toBe(first);
  });

  it('fails what is not finished when it is closed, and what comes later', async () => {
    const threads = open(1);
    const requests = [threads.run('wait', 'a', [latch().shared]), threads.run('id', 'a', [])];
    const outcomes = Promise.allSettled(requests);
    await threads.close();
    for (const outcome of [...(await outcomes), ...(await Promise.allSettled([threads.run('id', 'a', [])]))]) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    }
  });
});
