import { beforeEach, describe, expect, test } from 'vitest';
import { handClock, readPages } from '../../testing/connector-probe.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { Reader, testNats } from './testing-nats.ts';

const program = findDebianProgram('nats-server', 'nats-server');

describe.skipIf(program === undefined)('changes', () => {
  const { manager, publish, stream } = testNats(program);
  let count = 0;
  let name = '';
  const failures = (pages: Awaited<ReturnType<Reader['read']>>) => pages.flatMap((page) => page.failures ?? []);
  const upserts = (pages: Awaited<ReturnType<Reader['read']>>) => pages.flatMap((page) => page.upserts);

  beforeEach(() => {
    count += 1;
    name = `S${count}`;
  });

  describe('of a stream of messages', () => {
    const add = (more: object = {}) => manager().streams.add({ name, subjects: [`${name}.>`], ...more });

    test('are the messages behind the cursor', async () => {
      await add();
      await publish(`${name}.a`, 'one');
      const reader = new Reader(await stream(name));
      expect((await reader.read()).at(-1)).toMatchObject({ complete: true });
      await publish(`${name}.b`, 'two');
      await publish(`${name}.a`, 'three');
      expect(upserts(await reader.read()).map((row) => row['text'])).toEqual(['two', 'three']);
      expect(reader.keys()).toEqual(['1', '2', '3']);
      expect(upserts(await reader.read())).toEqual([]);
      expect((await manager().streams.info(name)).state.consumer_count).toBe(0);
    });

    test('are deletes when the stream has dropped messages, unless they are kept', async () => {
      await add();
      for (let number = 1; number <= 6; number += 1) await publish(`${name}.a`, String(number));
      const follows = new Reader(await stream(name));
      const keeps = new Reader(await stream(name, { config: { removed_messages: 'keep' } }));
      await follows.read();
      await keeps.read();
      await manager().streams.deleteMessage(name, 5);
      await manager().streams.purge(name, { seq: 3 });
      await publish(`${name}.a`, '7');
      await follows.read();
      await keeps.read();
      expect(follows.keys()).toEqual(['3', '4', '6', '7']);
      expect(keeps.keys()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
      await manager().streams.purge(name);
      await follows.read();
      expect(follows.keys()).toEqual([]);
    });

    test('that were dropped before they were read are said to be lost, and the read goes on', async () => {
      await add({ max_msgs: 3 });
      await publish(`${name}.a`, '1');
      const reader = new Reader(await stream(name));
      await reader.read();
      for (let number = 2; number <= 8; number += 1) await publish(`${name}.a`, String(number));
      const pages = await reader.read();
      expect(failures(pages)).toMatchObject([{ code: 'lost', message: expect.stringContaining('Messages 2 to 5') }]);
      expect(reader.keys()).toEqual(['6', '7', '8']);
    });

    test('of a stream that was made anew make the cursor worthless', async () => {
      await add();
      await publish(`${name}.a`, 'old');
      const reader = new Reader(await stream(name));
      await reader.read();
      await manager().streams.delete(name);
      await add();
      await publish(`${name}.a`, 'new');
      await expect(readPages(await stream(name), reader.cursor)).rejects.toMatchObject({ reason: 'cursor_expired' });
    });

    test('of settings that say what a record is make the cursor worthless', async () => {
      await add();
      const reader = new Reader(await stream(name));
      await reader.read();
      const other = await stream(name, { config: { key: 'subject' } });
      await expect(readPages(other, reader.cursor)).rejects.toMatchObject({ reason: 'cursor_expired' });
    });

    test('of a work queue are left to its workers', async () => {
      await add({ retention: 'workqueue' });
      await publish(`${name}.a`, 'job');
      await expect(stream(name)).rejects.toThrow('no stream');
      const asked = await stream(name, { config: { include_streams: [name] } });
      await expect(readPages(asked)).rejects.toMatchObject({ reason: 'configuration' });
      expect((await manager().streams.info(name)).state.messages).toBe(1);
    });

    test('are read by subject, each as a stream of its own', async () => {
      await add();
      for (const subject of ['eu.1', 'us.1', 'eu.2']) await publish(`${name}.${subject}`, subject);
      const config = { subjects: [`${name}.eu.*`, 'elsewhere.>'] };
      const reader = new Reader(await stream(`${name}:${name}.eu.*`, { config }));
      await reader.read();
      await publish(`${name}.us.2`, 'no');
      await reader.read();
      await publish(`${name}.eu.3`, 'yes');
      await reader.read();
      expect(reader.rows().map((row) => row['text'])).toEqual(['eu.1', 'eu.2', 'yes']);
    });

    test.each([
      ['header:Order-Id', 'header:order-id'],
      ['field:order.id', 'field:order.id'],
    ])('with %s as key are upserts of the latest message', async (_what, key) => {
      await add();
      const send = (id: string | undefined, state: string) =>
        publish(
          `${name}.a`,
          { order: { ...(id !== undefined && { id }) }, state },
          id === undefined ? {} : { 'Order-Id': id },
        );
      await send('x', 'new');
      await send('y', 'new');
      await send('x', 'paid');
      const reader = new Reader(await stream(name, { config: { key } }));
      await reader.read();
      await send('y', 'gone');
      await send(undefined, 'nobody');
      expect(failures(await reader.read())).toMatchObject([{ key: '5', code: 'no_key' }]);
      expect(reader.rows().map(({ key: id, data }) => [id, (data as { state: string }).state])).toEqual([
        ['x', 'paid'],
        ['y', 'gone'],
      ]);
    });
  });

  describe('of a bucket of keys and values', () => {
    let bucket: string;
    const put = (key: string, value: string) => publish(`$KV.${name}.${key}`, value);
    const mark = (key: string, operation: string) =>
      publish(`$KV.${name}.${key}`, '', {
        'KV-Operation': operation,
        ...(operation === 'PURGE' && { 'Nats-Rollup': 'sub' }),
      });

    beforeEach(async () => {
      bucket = `KV_${name}`;
      await manager().streams.add({
        name: bucket,
        subjects: [`$KV.${name}.>`],
        max_msgs_per_subject: 2,
        allow_rollup_hdrs: true,
      });
    });
    const values = (reader: Reader) => reader.rows().map(({ key, text }) => [key, text]);

    test('are upserts by key, and deletes by their marks', async () => {
      for (const key of ['a', 'b.c', 'd', 'e']) await put(key, 'first');
      await put('a', 'second');
      const reader = new Reader(await stream(bucket));
      expect(upserts(await reader.read())).toHaveLength(4);
      await put('d', 'third');
      await mark('b.c', 'DEL');
      await mark('e', 'PURGE');
      await mark('a', 'DEL');
      await put('a', 'again');
      await reader.read();
      expect(values(reader)).toEqual([
        ['a', 'again'],
        ['d', 'third'],
      ]);
    });

    test('are found when keys went away without a mark', async () => {
      for (const key of ['a', 'b', 'c']) await put(key, 'value');
      const reader = new Reader(await stream(bucket));
      await reader.read();
      await manager().streams.purge(bucket, { filter: `$KV.${name}.b` });
      const pages = await reader.read();
      expect(pages.at(-1)).toMatchObject({ complete: true });
      expect(reader.keys()).toEqual(['a', 'c']);
      expect((await reader.read()).at(-1)?.complete).toBeUndefined();
    });

    test('are listed once in a minute when the schedule is continuous', async () => {
      const clock = handClock();
      for (const key of ['a', 'b']) await put(key, 'value');
      const reader = new Reader(await stream(bucket, { clock, followMs: 1 }));
      await reader.read();
      await manager().streams.purge(bucket, { filter: `$KV.${name}.a` });
      await reader.read();
      expect(reader.keys()).toEqual(['a', 'b']);
      clock.set(clock.now() + 60_000);
      await reader.read();
      expect(reader.keys()).toEqual(['b']);
    });
  });
});
