import type { Consumer } from '@platformatic/kafka';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Page } from '../../kit/page.ts';
import { toConnectorError } from '../../types/kafka/kafka-error.ts';
import { openConsumer } from '../../types/kafka/open-client.ts';
import type { KafkaContext } from './config.ts';
import { type PartitionCursor, rulesOf } from './cursor.ts';
import { Draft, type Place } from './draft.ts';
import { createFetcher, type Fetcher } from './fetcher.ts';
import type { Message } from './message.ts';

type PartitionPage = Page<Message, PartitionCursor>;

/** Answers without a message after which a partition that should have some is given up. */
const MOST_EMPTY = 30;
const FIRST = -2n;
const NEXT = -1n;
/** Read only what transactions have committed. */
const COMMITTED = 1;

/** Reads a partition from where the cursor stands, and with a continuous schedule waits for more. */
export async function* readPartition(
  ctx: KafkaContext,
  place: Place,
  since: PartitionCursor | undefined,
): AsyncGenerator<PartitionPage> {
  let consumer: Consumer | undefined;
  try {
    ctx.signal.throwIfAborted();
    consumer = await openConsumer({ ...ctx, settings: ctx.config });
    yield* readFrom(ctx, consumer, place, since);
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, `Reading ${place.topic}, partition ${place.partition}`);
  } finally {
    await consumer?.close(true).catch(() => undefined);
  }
}

async function* readFrom(
  ctx: KafkaContext,
  consumer: Consumer,
  place: Place,
  since: PartitionCursor | undefined,
): AsyncGenerator<PartitionPage> {
  const fetcher = await createFetcher(consumer, place);
  const first = await offsetAt(consumer, place, FIRST);
  const end = await offsetAt(consumer, place, NEXT);
  const cursorAt = (offset: bigint): PartitionCursor => ({
    rules: rulesOf(ctx.config),
    topic: fetcher.topicId,
    offset: String(offset),
  });
  checkCursor(ctx, place, since, { topicId: fetcher.topicId, end });
  let next = since ? BigInt(since.offset) : ctx.config.start === 'latest' ? end : first;
  if (next < first) {
    yield lostPage(ctx, place, next, first, cursorAt(first));
    next = first;
  }
  for await (const { page, at } of catchUp(ctx, fetcher, place, next, end)) {
    next = at;
    yield { ...page, cursor: cursorAt(at) };
    ctx.signal.throwIfAborted();
  }
  // What a first read did not name is gone: expired, compacted away, or of a topic that was made anew.
  yield { upserts: [], cursor: cursorAt(next), ...(since === undefined && { complete: true }) };
  if (ctx.options.followMs !== undefined) yield* follow(ctx, fetcher, place, next, ctx.options.followMs, cursorAt);
}

async function offsetAt(consumer: Consumer, { topic, partition }: Place, timestamp: bigint): Promise<bigint> {
  const found = await consumer.listOffsets({
    topics: [topic],
    partitions: { [topic]: [partition] },
    timestamp,
    isolationLevel: COMMITTED,
  });
  return found.get(topic)?.[partition] ?? 0n;
}

function checkCursor(
  { config }: KafkaContext,
  { topic }: Place,
  since: PartitionCursor | undefined,
  { topicId, end }: { readonly topicId: string; readonly end: bigint },
): void {
  if (!since) return;
  const expired = (words: string): ConnectorError => new ConnectorError('cursor_expired', `${topic}: ${words}`);
  if (since.rules !== rulesOf(config)) throw expired('the settings that say what a record is have changed.');
  if (since.topic !== topicId) throw expired('the topic was deleted and made anew.');
  if (BigInt(since.offset) > end) throw expired('the partition ends before what was read of it.');
}

function lostPage(
  ctx: KafkaContext,
  { topic, partition }: Place,
  from: bigint,
  first: bigint,
  cursor: PartitionCursor,
): PartitionPage {
  ctx.log.warn(
    { topic, partition, from: String(from), first: String(first) },
    'messages were removed before they were read',
  );
  const message = `Messages ${from} to ${first - 1n} were removed by the topic's retention before they were read.`;
  return { upserts: [], failures: [{ key: `${topic}:${partition}:${from}`, code: 'lost', message }], cursor };
}

interface Draw {
  readonly page: PartitionPage;
  /** The next offset after it. */
  readonly at: bigint;
}

/** Reads what the partition held when the read began. */
async function* catchUp(
  ctx: KafkaContext,
  fetcher: Fetcher,
  place: Place,
  from: bigint,
  end: bigint,
): AsyncGenerator<Draw> {
  let next = from;
  for (let empty = 0; next < end;) {
    ctx.signal.throwIfAborted();
    const batches = await fetcher.readFrom(next);
    let draft = new Draft(ctx.config, place);
    const before = next;
    for (const batch of batches) {
      for (const record of batch.records) {
        const offset = batch.firstOffset + BigInt(record.offsetDelta);
        if (offset < next || offset >= end) continue;
        draft.take(batch, record);
        next = offset + 1n;
        if (!draft.isFull) continue;
        yield { page: draft.page(), at: next };
        draft = new Draft(ctx.config, place);
      }
      // Compaction and transactions leave offsets without a message.
      const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      if (after > next) next = after < end ? after : end;
    }
    yield { page: draft.page(), at: next };
    empty = next === before ? empty + 1 : 0;
    if (empty > MOST_EMPTY) throw new ConnectorError('unavailable', 'The broker keeps messages back.');
  }
}

/** Yields messages as they come. */
async function* follow(
  ctx: KafkaContext,
  fetcher: Fetcher,
  place: Place,
  from: bigint,
  followMs: number,
  cursorAt: (offset: bigint) => PartitionCursor,
): AsyncGenerator<PartitionPage> {
  const stop = new AbortController();
  let isOver = false;
  const end = ctx.clock.sleep(followMs, AbortSignal.any([ctx.signal, stop.signal]));
  end.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  let next = from;
  try {
    while (!isOver) {
      const waiting = fetcher.readFrom(next);
      waiting.catch(() => undefined);
      const batches = await Promise.race([waiting, end.then(() => [])]);
      ctx.signal.throwIfAborted();
      const draft = new Draft(ctx.config, place);
      const before = next;
      for (const batch of batches) {
        for (const record of batch.records)
          if (batch.firstOffset + BigInt(record.offsetDelta) >= next) draft.take(batch, record);
        const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
        if (after > next) next = after;
      }
      if (next > before) yield { ...draft.page(), cursor: cursorAt(next) };
    }
  } finally {
    stop.abort();
  }
}
