import { readdirSync, readlinkSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OwnedContext } from '@tributary/connectors/kit/connector-context';
import { createHttpClient } from '@tributary/connectors/kit/guarded-http-client';
import { handClock, probeContext, silentLog } from '@tributary/connectors/testing/connector-probe';
import { newId } from '../lib/ids.ts';
import type { SyncOutcome } from './outcome.ts';
import { runSync } from './run-sync.ts';
import { FlakySource, type Fault } from './testing/flaky-source.ts';
import { SyncHarness } from './testing/sync-harness.ts';

/** Faults of a source over HTTP, against the real client, engine and store; afterwards the collection equals the source. */
let harness: SyncHarness;
let source: FlakySource;
const waits: number[] = [];
beforeEach(async () => {
  harness = new SyncHarness();
  source = new FlakySource();
  await source.listen();
  for (let at = 0; at < 220; at += 1) source.log.push({ id: `k${at % 150}`, text: `version ${at}` });
  source.log.push({ id: 'k3', deleted: true });
});
afterEach(async () => {
  waits.length = 0;
  source.close();
  await harness.close();
});

const clock = (() => {
  const hand = handClock();
  return {
    ...hand,
    sleep(ms: number, signal?: AbortSignal) {
      waits.push(ms);
      return hand.sleep(ms, signal);
    },
  };
})();

/** One job; waits take no time, timeouts of the client are short. */
async function sync(): Promise<SyncOutcome> {
  const connector = source.connector();
  const { signal } = new AbortController();
  const http = createHttpClient({
    policy: { allow: 'all' },
    limits: connector.limits,
    clock,
    log: silentLog,
    random: () => 1,
    timeouts: { headersMs: 300, idleMs: 300, totalMs: 900 },
  });
  const ctx: OwnedContext = { ...probeContext(connector, { clock, signal }), http };
  try {
    return await runSync({
      connector,
      ctx,
      writer: await harness.writers.claim(harness.collectionId, harness.sourceConnectionId, 0),
      job: { id: newId(), syncId: harness.syncId, full: false },
      sourceName: 'flaky',
      sweepConfirmed: false,
      signal,
      clock,
      log: silentLog,
      onProgress: () => undefined,
    });
  } finally {
    await http.close();
    await ctx.close();
  }
}

const during =
  (from: number, to: number, fault: (response: ServerResponse) => void): Fault =>
  (response, request) => {
    if (request < from || request > to) return false;
    fault(response);
    return true;
  };

/** Of this process, as the system counts them; 0 where it does not tell. */
function openSockets(): number {
  if (process.platform !== 'linux') return 0;
  const links = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.startsWith('socket:')).length;
}

async function expectEqual(): Promise<void> {
  source.fault = () => false;
  expect(await sync()).toMatchObject({ type: 'completed' });
  expect(harness.content()).toEqual(source.truth());
  expect(harness.balance()).toBe(Object.keys(source.truth()).length);
}

describe('after a source that', () => {
  test.each([
    ['seconds', () => ({ 'retry-after': '7' }), 7_000],
    ['a date', () => ({ 'retry-after': new Date(clock.now() + 9_000).toUTCString() }), 8_000],
    ['a reset header', () => ({ 'x-ratelimit-reset': String(Math.ceil(clock.now() / 1_000) + 11) }), 10_000],
    ['nothing', () => ({}), 0],
  ])('G4-7 asks for a wait by %s, the job has waited as told and goes on', async (_how, headers, told) => {
    source.fault = during(3, 4, (response) => response.writeHead(429, headers()).end());
    expect(await sync()).toMatchObject({ type: 'completed' });
    expect(waits.filter((ms) => ms >= told && ms > 0).length).toBeGreaterThanOrEqual(2);
    expect(source.requests).toBe(5 + 2);
    await expectEqual();
  });

  test('G4-8 answers with a burst of 5xx, nothing is lost; when it never ends the job fails and keeps its cursor', async () => {
    source.fault = during(2, 4, (response) => response.writeHead(502).end());
    expect(await sync()).toMatchObject({ type: 'completed' });
    for (let at = 0; at < 60; at += 1) source.log.push({ id: `k${at}`, text: `later ${at}` });
    const before = source.requests;
    source.fault = (response, request) =>
      during(before + 2, Infinity, () => response.writeHead(500).end())(response, request);
    expect(await sync()).toMatchObject({ type: 'failed', code: 'source_unavailable' });
    const asked = source.requests;
    source.fault = () => false;
    expect(await sync()).toMatchObject({ type: 'completed' });
    // The page that was committed before the source broke is not asked for again.
    expect(source.requests).toBe(asked + 1);
    await expectEqual();
  });

  test.each([
    ['sends headers and then nothing', (response: ServerResponse) => response.writeHead(200).flushHeaders()],
    [
      'drips a byte at a time',
      (response: ServerResponse) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 100);
        response.on('close', () => clearInterval(drip));
      },
    ],
    [
      'cuts the line in the middle of the body',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '5000' });
        response.write('{"changes": [', () => response.destroy());
      },
    ],
  ])('G4-9 %s, no socket is left and nothing is lost', async (_what, misbehave) => {
    const before = openSockets();
    source.fault = during(3, 3, misbehave);
    expect(await sync()).toMatchObject({ type: 'completed' });
    expect(source.requests).toBe(5 + 1);
    await vi.waitFor(async () => expect(await source.sockets()).toBe(0));
    await expectEqual();
    await vi.waitFor(() => expect(openSockets()).toBe(before));
  });

  test.each<[string, (response: ServerResponse) => unknown]>([
    ['half a JSON text', (response) => response.end(source.page(50).slice(0, 700))],
    [
      'half a gzip stream',
      (response) => {
        const body = gzipSync(source.page(50));
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(body.subarray(0, body.length / 2));
      },
    ],
    ['a login page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in')],
    ['an empty body', (response) => response.end()],
    [
      'more bytes than it promised',
      (response) => response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 2000000\r\n\r\n{"changes": []'),
    ],
  ])('G4-10 gives %s, no part of that page was taken and the cursor stood still', async (_what, misbehave) => {
    source.fault = during(2, Infinity, misbehave);
    const outcome = await sync();
    expect(outcome).toMatchObject({ type: 'failed' });
    expect((outcome as { message: string }).message).not.toBe('');
    expect(Object.keys(harness.content())).toHaveLength(50);
    const asked = source.requests;
    source.fault = () => false;
    expect(await sync()).toMatchObject({ type: 'completed' });
    expect(source.requests).toBe(asked + 4);
    await expectEqual();
  });

  test('G4-11 mislabels its charset, sends a BOM, NUL and lone surrogates, the rest is whole and what does not fit is replaced', async () => {
    source.log.length = 0;
    source.log.push(
      { id: 'nul', text: 'a\u0000b' },
      { id: 'surrogate', text: 'half \ud800 pair' },
      { id: 'plain', text: 'z' },
    );
    const latin1 = (): Buffer => Buffer.from(source.page(0).replace('"z"', '"caf\u00e9"'), 'latin1');
    source.fault = during(1, 1, (response) =>
      response
        .setHeader('content-type', 'application/json; charset=utf-8')
        .end(Buffer.concat([Buffer.from('\ufeff'), latin1()])),
    );
    expect(await sync()).toMatchObject({ type: 'completed', counts: { inserted: 3, failed: 0 } });
    const texts = Object.values(harness.content()).map((row) => row['text']);
    expect(new Set(texts)).toEqual(new Set(['a\u0000b', 'caf\ufffd', 'half \ufffd pair']));
  });

  test('G4-12 sends a record beyond all measure, it is counted and named, and the others are taken', async () => {
    source.log.push({ id: 'huge', text: 'x'.repeat(12_000_000) }, { id: 'after', text: 'fine' });
    expect(await sync()).toMatchObject({ type: 'completed', counts: { failed: 1 } });
    expect(harness.failures()).toMatchObject([{ key: 'huge', code: 'too_large' }]);
    expect(harness.content()['changes/after']).toMatchObject({ text: 'fine' });
  });

  test('G4-13 names a record twice in a page and again in the next, the last version stands and is counted once', async () => {
    source.log.length = 0;
    for (const text of ['one', 'two']) source.log.push({ id: 'double', text });
    for (let at = 0; at < 60; at += 1) source.log.push({ id: `other${at}`, text: 'same' });
    source.log.push({ id: 'double', text: 'three' });
    expect(await sync()).toMatchObject({ type: 'completed', counts: { inserted: 61, updated: 1 } });
    expect(harness.content()).toEqual(source.truth());
  });

  test('G4-16 leads in circles, the job fails soon and its cursor is where it was', async () => {
    source.fault = (response) => {
      response.end(JSON.stringify({ changes: [], next: 7, more: true }));
      return true;
    };
    expect(await sync()).toMatchObject({
      type: 'failed',
      code: 'invalid_answer',
      message: expect.stringContaining('circles'),
    });
    expect(source.requests).toBeLessThan(100);
    expect(harness.content()).toEqual({});
  });
});
