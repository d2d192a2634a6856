import { Producer } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import { Holding } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import { probeContext, type ProbeOptions } from '../../testing/connector-probe.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { type RunningKafka, startKafkaCluster } from '../../testing/kafka-cluster.ts';
import { kafka } from './index.ts';

const program = findDebianProgram('kcat', 'kcat');

describe.skipIf(program === undefined)('messages of Kafka', () => {
  let cluster: RunningKafka;
  let producer: Producer;
  let count = 0;
  beforeAll(async () => {
    if (program === undefined) return;
    cluster = await startKafkaCluster(program);
    producer = new Producer({
      clientId: 'other',
      bootstrapBrokers: cluster.servers.split(','),
      autocreateTopics: true,
    });
  });
  afterAll(async () => {
    await producer?.close();
    await cluster?.stop();
  });

  const newTopic = () => `topic-${(count += 1)}`;
  const send = (topic: string, key: string | null, value: string | null, partition?: number) =>
    producer.send({
      messages: [
        {
          topic,
          ...(key !== null && { key: Buffer.from(key) }),
          ...(value !== null && { value: Buffer.from(value) }),
          ...(partition !== undefined && { partition }),
          headers: new Map([[Buffer.from('shop'), Buffer.from('eu')]]),
        },
      ],
      acks: -1,
    });
  const config = (topicName: string, more: object = {}) => ({
    topicName,
    propertiesMap: {
      'bootstrap.servers': { value: cluster.servers },
      'key.serializer': { value: 'x' },
      'value.serializer': { value: 'x' },
    },
    ...more,
  });
  const open = async (topic: string, more: object = {}, options: ProbeOptions = {}): Promise<Stream> => {
    const [stream] = await kafka.discover(probeContext(kafka, { ...options, config: config(topic, more) }));
    if (!stream) throw new Error('no stream');
    return stream;
  };

  /** An engine in small: every partition from its last cursor. */
  class Reader {
    readonly #holdings = new Map<string, Holding>();
    readonly #cursors = new Map<string, unknown>();
    readonly failures: string[] = [];
    async read(stream: Stream): Promise<void> {
      for (const slice of (await stream.slices?.()) ?? []) {
        const holding = this.#holdings.get(slice.id) ?? new Holding();
        this.#holdings.set(slice.id, holding);
        holding.begin();
        const kept = this.#cursors.get(slice.id);
        for await (const page of stream.read(kept === undefined ? undefined : stream.parseCursor(kept), slice)) {
          holding.take(stream, page);
          this.failures.push(...(page.failures ?? []).map(({ code }) => code));
          if (page.cursor !== undefined) this.#cursors.set(slice.id, JSON.parse(JSON.stringify(page.cursor)));
        }
      }
    }
    rows(): JsonObject[] {
      const all = [...this.#holdings.values()].flatMap((holding) => holding.sorted());
      return all
        .map(([, row]) => JSON.parse(row) as JsonObject)
        .toSorted((a, b) => ((a['key'] as string) < (b['key'] as string) ? -1 : 1));
    }
    values(): unknown[] {
      return this.rows().map((row) => [row['key'], row['text'] ?? row['data']]);
    }
  }

  test('are records by their keys, and deletes when they are tombstones', async () => {
    const topic = newTopic();
    for (const key of ['a', 'b', 'c', 'd']) await send(topic, key, 'first words');
    await send(topic, 'c', null);
    const stream = await open(topic);
    const reader = new Reader();
    await reader.read(stream);
    expect(reader.values()).toEqual(['a', 'b', 'd'].map((key) => [key, 'first words']));
    await send(topic, 'a', '{"title":"Second","id":9007199254740993}');
    await send(topic, 'b', null);
    await reader.read(stream);
    expect(reader.values()).toEqual([
      ['a', { title: 'Second', id: '9007199254740993' }],
      ['d', 'first words'],
    ]);
    const [row] = reader.rows();
    expect(row).toMatchObject({ topic, message_key: 'a', headers: { shop: ['eu'] }, size: 40 });
    expect(stream.describe?.(row ?? {})).toMatchObject({ name: 'Second', breadcrumbs: [{ name: topic }] });
    expect(stream.text?.(row ?? {})).toContain('title: Second');
  });

  test('without a key are records by their place, and so is every message when that is asked for', async () => {
    const topic = newTopic();
    await send(topic, null, 'x', 1);
    await send(topic, 'k', 'y', 2);
    await send(topic, 'k', null, 2);
    const reader = new Reader();
    await reader.read(await open(topic));
    expect(reader.values()).toEqual([[`${topic}:1:0`, 'x']]);
    const all = new Reader();
    await all.read(await open(topic, { key: 'offset' }));
    expect(all.rows().map((row) => row['key'])).toEqual([`${topic}:1:0`, `${topic}:2:0`, `${topic}:2:1`]);
  });

  test('are records by a field of their JSON, and found by the chosen fields', async () => {
    const topic = newTopic();
    await send(topic, 'm1', '{"order":{"id":7,"title":"Chair"},"note":"old"}', 0);
    await send(topic, 'm2', '{"order":{"id":7,"title":"Table"},"note":"new"}', 0);
    await send(topic, 'm3', '{"order":{}}', 0);
    const stream = await open(topic, { key: 'field:order.id', text_fields: ['order.title'] });
    const reader = new Reader();
    await reader.read(stream);
    expect(reader.rows().map((row) => row['key'])).toEqual(['7']);
    expect(reader.failures).toEqual(['no_key']);
    expect(stream.text?.(reader.rows()[0] ?? {})).toBe('m2\norder.title: Table');
  });

  test('that are too large are there without their value', async () => {
    const topic = newTopic();
    await send(topic, 'big', 'x'.repeat(3_000));
    const reader = new Reader();
    await reader.read(await open(topic, { max_message_bytes: 2_000 }));
    expect(reader.rows()).toMatchObject([{ key: 'big', size: 3_000 }]);
    expect(reader.failures).toEqual(['too_large']);
  });

  test('that come while a continuous schedule waits are told at once', async () => {
    const topic = newTopic();
    await send(topic, 'a', 'first', 0);
    const ended = Promise.withResolvers<void>();
    const clock = { now: () => 0, sleep: () => ended.promise };
    const stream = await open(topic, {}, { followMs: 60_000, clock });
    const seen: unknown[] = [];
    for await (const page of stream.read(undefined, { id: 'partition=0', value: { partition: 0 } })) {
      seen.push(...page.upserts.map((row) => row['text']));
      if (page.complete) await send(topic, 'b', 'second', 0);
      if (seen.length === 2) ended.resolve();
    }
    expect(seen).toEqual(['first', 'second']);
  });

  test('of settings that say what a record is, or beyond the end, make the cursor worthless', async () => {
    const topic = newTopic();
    await send(topic, 'a', 'x', 0);
    const slice = { id: 'partition=0', value: { partition: 0 } };
    const stream = await open(topic);
    const pages = await Array.fromAsync(stream.read(undefined, slice));
    const cursor = pages.at(-1)?.cursor as { offset: string };
    const expired = { reason: 'cursor_expired' };
    const other = await open(topic, { key: 'offset' });
    await expect(Array.fromAsync(other.read(cursor, slice))).rejects.toMatchObject(expired);
    await expect(Array.fromAsync(stream.read({ ...cursor, offset: '99' }, slice))).rejects.toMatchObject(expired);
    const latest = await open(topic, { start: 'latest' });
    expect((await Array.fromAsync(latest.read(undefined, slice))).flatMap((page) => page.upserts)).toEqual([]);
  });

  test('are of the topics that are named, and of no broker that the guard refuses', async () => {
    const [one, two] = [newTopic(), newTopic()];
    await send(one, 'a', 'x');
    await send(two, 'a', 'x');
    const discover = (more: object, options: ProbeOptions = {}) =>
      kafka.discover(probeContext(kafka, { ...options, config: config('absent', more) }));
    expect((await discover({ topics: [one, two] })).map(({ name }) => name)).toEqual([one, two]);
    expect((await discover({ topics: ['topic-*'], exclude_topics: [one] })).map(({ name }) => name)).not.toContain(one);
    expect(await discover({})).toEqual([]);
    await expect(discover({}, { allow: [] })).rejects.toMatchObject({ reason: 'refused' });
  });

  test('come from brokers that the cluster names, each checked anew', async () => {
    const topic = newTopic();
    for (const partition of [0, 1, 2, 3]) await send(topic, `k${partition}`, 'x', partition);
    const [, port] = cluster.servers.split(',')[0]?.split(':') ?? [];
    // The configured name is allowed; what the brokers call themselves is not.
    const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const propertiesMap = {
      ...config(topic).propertiesMap,
      'bootstrap.servers': { value: `broker.example.test:${port}` },
    };
    const ctx = probeContext(kafka, { config: { ...config(topic), propertiesMap }, lookup });
    const resolve = (host: string) =>
      host === 'broker.example.test'
        ? ctx.resolve(host)
        : probeContext(kafka, { config: config(topic), allow: [] }).resolve(host);
    const [stream] = await kafka.discover({ ...ctx, resolve });
    const slices = (await stream?.slices?.()) ?? [];
    const outcomes = await Promise.allSettled(
      slices.map((slice) => Array.fromAsync(stream?.read(undefined, slice) ?? [])),
    );
    expect(outcomes.map(({ status }) => status)).toContain('rejected');
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'refused' });
  });
});
