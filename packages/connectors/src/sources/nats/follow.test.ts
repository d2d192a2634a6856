import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { testNats } from './testing-nats.ts';

const program = findDebianProgram('nats-server', 'nats-server');
const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => pause(ms, undefined, { ...(signal && { signal }) }),
};

describe.skipIf(program === undefined)('a continuous read', () => {
  const { manager, publish, server, stream } = testNats(program);

  async function caughtUp(pages: AsyncIterator<Page<JsonObject>>): Promise<void> {
    for (;;) {
      const { value, done } = await pages.next();
      if (done) throw new Error('the read ended early');
      if (value.complete) return;
    }
  }

  test('yields messages as they come, with the cursor behind them', async () => {
    await manager().streams.add({ name: 'LIVE', subjects: ['live.>'] });
    await publish('live.a', 'before');
    const one = await stream('LIVE', { followMs: 600_000, clock: realClock });
    const pages = one.read(undefined)[Symbol.asyncIterator]();
    await caughtUp(pages);
    for (const text of ['first', 'second']) {
      const next = pages.next();
      await publish('live.a', text);
      const { value } = (await next) as { value: Page<JsonObject> };
      expect(value.upserts).toMatchObject([{ text }]);
      expect(one.parseCursor(value.cursor)).toMatchObject({ sequence: value.upserts[0]?.['sequence'] });
    }
    await pages.return?.();
    expect((await manager().streams.info('LIVE')).state.consumer_count).toBe(0);
  });

  test('goes on from the cursor of the read before, and loses nothing in between', async () => {
    await manager().streams.add({ name: 'NEXT', subjects: ['next.>'] });
    const one = await stream('NEXT', { followMs: 20, clock: realClock });
    let cursor: unknown;
    const seen: unknown[] = [];
    for (let number = 1; number <= 20; number += 1) {
      await publish('next.a', String(number));
      for await (const page of one.read(cursor)) {
        seen.push(...page.upserts.map((row) => row['data']));
        cursor = page.cursor ?? cursor;
      }
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  test('ends at once when it is aborted, and says so when the server goes away', async () => {
    await manager().streams.add({ name: 'ENDS', subjects: ['ends.>'] });
    const abort = new AbortController();
    const aborted = (await stream('ENDS', { followMs: 600_000, clock: realClock, signal: abort.signal }))
      .read(undefined)
      [Symbol.asyncIterator]();
    await caughtUp(aborted);
    const next = aborted.next();
    abort.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');

    const cut = (await stream('ENDS', { followMs: 600_000, clock: realClock })).read(undefined)[Symbol.asyncIterator]();
    await caughtUp(cut);
    const lost = expect(cut.next()).rejects.toMatchObject({ reason: 'unavailable' });
    await server().stop();
    await lost;
  });
});
