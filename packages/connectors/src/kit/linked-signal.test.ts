import { getEventListeners } from 'node:events';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { linkSignals } from './linked-signal.ts';

describe('linked signal', () => {
  test('fires with the first of its parents and its reason', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const linked = linkSignals([undefined, one.signal, other.signal]);
    other.abort(new Error('other'));
    one.abort(new Error('one'));
    expect(linked.signal.reason).toEqual(new Error('other'));
    expect(linked.timedOut).toBe(false);
    expect(linkSignals([AbortSignal.abort(new Error('before'))]).signal.reason).toEqual(new Error('before'));
  });

  test('fires when the time is up', async () => {
    const linked = linkSignals([new AbortController().signal], 5);
    const keepAlive = setInterval(() => undefined, 1_000);
    await once(linked.signal, 'abort');
    clearInterval(keepAlive);
    expect(linked.signal.reason).toMatchObject({ name: 'TimeoutError' });
    expect(linked.timedOut).toBe(true);
  });

  test('leaves nothing on its parents once it is released or has fired', () => {
    const parent = new AbortController();
    const released = linkSignals([parent.signal], 60_000);
    const fired = linkSignals([parent.signal, AbortSignal.abort()]);
    released.release();
    expect(fired.signal.aborted).toBe(true);
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
    parent.abort();
    expect(released.signal.aborted).toBe(false);
  });
});
