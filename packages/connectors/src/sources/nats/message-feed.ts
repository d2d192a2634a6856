import type { Consumer, ConsumerMessages, JetStreamManager, JsMsg } from '@nats-io/jetstream';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Target } from './find-streams.ts';

/**
 * Messages that may be on their way. They are counted and not weighed: server 2.9 was seen to lose messages when a request
 * limits its bytes. How many fit follows from what the stream's messages weigh on average.
 */
const MOST_BYTES = 8_000_000;
const MOST_MESSAGES = 256;
const FEWEST_MESSAGES = 8;
/** The server forgets the consumer so long after we are gone, should we not be able to say goodbye. */
const FORGOTTEN_AFTER_MS = 120_000;

export interface FeedOptions {
  /** The first sequence that is wanted. */
  readonly from: number;
  /** Only the last message of each subject. */
  readonly latestOnly: boolean;
  /** Bytes of a message, on average. */
  readonly averageBytes: number;
}

/** Messages of a stream in their order, through a consumer that lives as long as we do and keeps nothing for later. */
export interface MessageFeed {
  /** Messages that wait on the server when the feed begins. */
  readonly waiting: number;
  /** The next message; `undefined` when `until` comes first. Throws `ConnectorError('unavailable')` when the line is lost. */
  next(until: Promise<unknown>): Promise<JsMsg | undefined>;
  /** Messages that wait on the server now, beyond those that were handed out or are on their way. */
  countWaiting(): Promise<number>;
  close(): Promise<void>;
}

export async function openFeed(
  manager: JetStreamManager,
  { stream, subject }: Target,
  { from, latestOnly, averageBytes }: FeedOptions,
): Promise<MessageFeed> {
  const { DeliverPolicy } = await import('@nats-io/jetstream');
  const consumer: Consumer = await manager.jetstream().consumers.get(stream, {
    ...(latestOnly
      ? { deliver_policy: DeliverPolicy.LastPerSubject, filter_subjects: subject ?? '>' }
      : { opt_start_seq: from, ...(subject !== undefined && { filter_subjects: subject }) }),
    inactive_threshold: FORGOTTEN_AFTER_MS,
  });
  const { num_pending: waiting } = await consumer.info(true);
  const messages: ConsumerMessages = await consumer.consume({
    max_messages: Math.max(FEWEST_MESSAGES, Math.min(MOST_MESSAGES, Math.floor(MOST_BYTES / averageBytes))),
    abort_on_missing_resource: true,
  });
  const iterator = messages[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<JsMsg>> | undefined;
  return {
    waiting,
    async next(until) {
      pending ??= iterator.next();
      pending.catch(() => undefined);
      const result = await Promise.race([pending, until.then(() => undefined)]);
      if (result === undefined) return undefined;
      pending = undefined;
      if (result.done) throw new ConnectorError('unavailable', `The line to ${stream} was lost.`);
      return result.value;
    },
    countWaiting: async () => (await consumer.info()).num_pending,
    async close() {
      // Its `close()` waits until somebody has read it to the end, which nobody does any more.
      messages.stop();
      // Without the right to delete it, it is forgotten a little later.
      await consumer.delete().catch(() => undefined);
    },
  };
}
