import type { NatsConnection } from '@nats-io/transport-node';
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Page } from '../../kit/page.ts';
import type { NatsContext } from './config.ts';
import { rulesOf, type StreamCursor } from './cursor.ts';
import { Draft, type RecordRules } from './draft.ts';
import { findRemoved } from './find-removed.ts';
import type { Target } from './find-streams.ts';
import type { Message } from './message.ts';
import { type MessageFeed, openFeed } from './message-feed.ts';
import { toConnectorError } from './nats-error.ts';
import { openConnection } from './open-connection.ts';

/** Silence after which the server is asked whether there is anything left to wait for, and how often it may say yes. */
const QUIET_MS = 2_000;
const MOST_QUIET = 15;

type StreamPage = Page<Message, StreamCursor>;

interface StreamRead {
  readonly ctx: NatsContext;
  readonly target: Target;
  readonly rules: RecordRules;
  readonly manager: JetStreamManager;
  /** The stream as it was when the read began. */
  readonly info: StreamInfo;
  readonly since: StreamCursor | undefined;
}

/** Reads messages from where the cursor stands, says what is gone, and with a continuous schedule waits for more. */
export async function* readStream(
  ctx: NatsContext,
  target: Target,
  rules: RecordRules,
  since: StreamCursor | undefined,
): AsyncGenerator<StreamPage> {
  let connection: NatsConnection | undefined;
  try {
    ctx.signal.throwIfAborted();
    connection = await openConnection(ctx);
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const info = await manager.streams.info(target.stream);
    checkCursor(ctx, info, since);
    yield* readFrom({ ctx, target, rules, manager, info, since });
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, `Reading ${target.name}`);
  } finally {
    await connection?.close();
  }
}

/** A stream that was made anew, or that went back in time, begins again. */
function checkCursor(
  { config }: NatsContext,
  { created, state, config: { name } }: StreamInfo,
  since?: StreamCursor,
): void {
  if (!since) return;
  const expired = (words: string): ConnectorError => new ConnectorError('cursor_expired', `${name}: ${words}`);
  if (since.rules !== rulesOf(config)) throw expired('the settings that say what a record is have changed.');
  if (since.created !== created) throw expired('the stream was deleted and made anew.');
  if (state.last_seq < since.sequence) throw expired('the stream ends before what was read of it.');
}

async function* readFrom(read: StreamRead): AsyncGenerator<StreamPage> {
  const { ctx, target, rules, manager, info, since } = read;
  const { first_seq: first, bytes, messages } = info.state;
  const isBySubject = rules.key.by === 'subject';
  let cursor = since ?? beginning(ctx, info);
  const from = cursor.sequence + 1;
  if (first > from && !isBySubject) yield lostPage(read, cursor, from, first - 1);
  const latestOnly = since === undefined && isBySubject;
  const feed = await openFeed(manager, target, {
    from,
    latestOnly,
    averageBytes: Math.max(1, bytes / Math.max(1, messages)),
  });
  try {
    for await (const page of catchUp(read, feed, cursor)) {
      cursor = page.cursor ?? cursor;
      yield page;
      ctx.signal.throwIfAborted();
    }
    cursor = yield* close(read, cursor);
    if (ctx.options.followMs !== undefined) yield* follow(read, feed, cursor, ctx.options.followMs);
  } finally {
    await feed.close();
  }
}

const beginning = ({ config }: NatsContext, { created, state }: StreamInfo): StreamCursor => ({
  rules: rulesOf(config),
  created: String(created),
  sequence: Math.max(0, state.first_seq - 1),
  isThrough: false,
});

/** Says what is gone, and that the read is through. */
async function* close(read: StreamRead, cursor: StreamCursor): AsyncGenerator<StreamPage, StreamCursor> {
  const { deletes, present, isComplete, seen } = await findRemoved(read, cursor);
  for (const keys of deletes) yield { upserts: [], deletes: keys };
  for (const keys of present) yield { upserts: [], present: keys };
  const through = { ...cursor, isThrough: true, ...seen };
  yield { upserts: [], cursor: through, ...(isComplete && { complete: true }) };
  return through;
}

function lostPage({ ctx, target }: StreamRead, cursor: StreamCursor, from: number, to: number): StreamPage {
  ctx.log.warn({ stream: target.name, from, to }, 'messages were removed before they were read');
  const message = `Messages ${from} to ${to} were removed by the stream's limits before they were read.`;
  return { upserts: [], failures: [{ key: String(from), code: 'lost', message }], cursor: { ...cursor, sequence: to } };
}

/** Reads what the stream held when the read began. */
async function* catchUp(
  { ctx, rules, info }: StreamRead,
  feed: MessageFeed,
  begun: StreamCursor,
): AsyncGenerator<StreamPage> {
  const last = info.state.last_seq;
  let cursor = begun;
  let draft = new Draft(rules);
  let isThrough = feed.waiting === 0 || cursor.sequence >= last;
  for (let quietTimes = 0; !isThrough;) {
    if (quietTimes > MOST_QUIET) throw new ConnectorError('unavailable', 'The server keeps messages back.');
    const quiet = quietFor(QUIET_MS, ctx.signal);
    const message = await feed.next(quiet.promise);
    quiet.end();
    ctx.signal.throwIfAborted();
    quietTimes = message ? 0 : quietTimes + 1;
    if (message) draft.take(message);
    isThrough = message
      ? message.info.pending === 0 || message.seq >= last
      : (await feed.countWaiting()) === 0 || draft.sequence >= last;
    if (isThrough || draft.isFull) {
      cursor = { ...cursor, sequence: Math.max(cursor.sequence, draft.sequence) };
      yield draft.page(cursor);
      draft = new Draft(rules);
    }
  }
  // What lies behind the last message of a subject belongs to others.
  yield { upserts: [], cursor: { ...cursor, sequence: Math.max(cursor.sequence, last) } };
}

/** Yields messages as they come: a page goes out as soon as no other message waits behind it. */
async function* follow(
  { ctx, rules }: StreamRead,
  feed: MessageFeed,
  begun: StreamCursor,
  followMs: number,
): AsyncGenerator<StreamPage> {
  const stop = new AbortController();
  const end = ctx.clock.sleep(followMs, AbortSignal.any([ctx.signal, stop.signal]));
  end.catch(() => undefined);
  let cursor = begun;
  let draft = new Draft(rules);
  try {
    for (;;) {
      const message = await feed.next(end);
      if (!message) break;
      draft.take(message);
      if (message.info.pending > 0 && !draft.isFull) continue;
      cursor = { ...cursor, sequence: draft.sequence };
      yield draft.page(cursor);
      draft = new Draft(rules);
    }
    if (!draft.isEmpty) yield draft.page({ ...cursor, sequence: draft.sequence });
  } finally {
    stop.abort();
  }
}

/** Settles after `ms`, or with the signal. */
function quietFor(ms: number, signal: AbortSignal): { readonly promise: Promise<void>; end(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  const timer = setTimeout(done, ms);
  signal.addEventListener('abort', done, { once: true });
  return {
    promise,
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
    },
  };
}
