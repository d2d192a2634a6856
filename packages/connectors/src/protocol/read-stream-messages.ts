import { ZodError } from 'zod';
import { ConnectorError } from '../kit/connector-error.ts';
import type { Slice, Stream } from '../kit/connector.ts';
import type { ConnectorContext } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import type { Page } from '../kit/page.ts';
import { type AirbyteMessage, StreamState } from './messages.ts';

/** Keeps a stream's state and makes the messages that tell of it. */
class StateTeller<State extends JsonObject | StreamState> {
  readonly #name: string;
  #state: State;
  /** Records since the last state. */
  #records = 0;
  #told = false;

  constructor(name: string, state: State) {
    this.#name = name;
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** Nothing has been told of, or records came after it. */
  get owes(): boolean {
    return !this.#told || this.#records > 0;
  }

  /** What was known is worth nothing; the records that were told of stay counted. */
  restart(state: State): void {
    this.#state = state;
  }

  countRecord(): void {
    this.#records += 1;
  }

  tell(state: State): AirbyteMessage {
    this.#state = state;
    const recordCount = this.#records;
    this.#records = 0;
    this.#told = true;
    const stream = { stream_descriptor: { name: this.#name }, stream_state: state as JsonObject };
    return { type: 'STATE', state: { type: 'STREAM', stream, sourceStats: { recordCount } } };
  }
}

/**
 * The records of one stream and the states behind them, slice after slice; at least one state, and none before its
 * records. A state that does not fit, or a cursor that the source has forgotten, means that everything is read again.
 */
export async function* readStreamMessages(
  stream: Stream,
  ctx: ConnectorContext,
  given: JsonObject | undefined,
): AsyncGenerator<AirbyteMessage> {
  if (stream.cursorIsState) return yield* readPublished(stream, ctx, given);
  const known = StreamState.safeParse(given);
  const teller = new StateTeller<StreamState>(stream.name, known.data ?? {});
  if (stream.incremental) yield* readLasting(stream, ctx, teller);
  else if (known.data?.__ab_full_refresh_sync_complete) yield teller.tell(known.data);
  else yield* readListing(stream, ctx, teller);
}

/** What sources of Airbyte's own kit say of a stream that keeps no state. */
const NO_STATE: JsonObject = { __ab_no_cursor_state_message: true };

/** The cursor of the stream is its state, as it is published; our own envelope is not put around it. */
async function* readPublished(
  stream: Stream,
  ctx: ConnectorContext,
  given: JsonObject | undefined,
): AsyncGenerator<AirbyteMessage> {
  const teller = new StateTeller<JsonObject>(stream.name, stream.incremental ? (given ?? {}) : NO_STATE);
  const state = given && !isMark(given) ? given : undefined;
  try {
    yield* tellPublished(stream, ctx, teller, state);
  } catch (error) {
    if (state === undefined || !isExpired(error)) throw error;
    ctx.log.warn({ stream: stream.name, why: error.message }, READ_AGAIN);
    teller.restart(stream.incremental ? {} : NO_STATE);
    yield* tellPublished(stream, ctx, teller, undefined);
  }
  if (teller.owes) yield teller.tell(teller.state);
}

const READ_AGAIN = 'the stream cannot go on from its state; everything is read again';

const isExpired = (error: unknown): error is ConnectorError =>
  error instanceof ConnectorError && error.reason === 'cursor_expired';

async function* tellPublished(
  stream: Stream,
  ctx: ConnectorContext,
  teller: StateTeller<JsonObject>,
  state: JsonObject | undefined,
): AsyncGenerator<AirbyteMessage> {
  for await (const page of stream.read(state && stream.parseCursor(state))) {
    yield* tellRows(stream, page, ctx, teller);
    if (page.cursor !== undefined) yield teller.tell(page.cursor as JsonObject);
  }
}

/** A state that tells nothing but that there is none. */
const isMark = (state: JsonObject): boolean => Object.keys(state).every((name) => name.startsWith('__ab_'));

async function* readLasting(
  stream: Stream,
  ctx: ConnectorContext,
  teller: StateTeller<StreamState>,
): AsyncGenerator<AirbyteMessage> {
  for (const slice of await scopesOf(stream)) yield* readScope(stream, slice, ctx, teller);
  if (teller.owes) yield teller.tell(teller.state);
}

/** A listing is through when its last slice is; until then, the slices that are through need not be read again. */
async function* readListing(
  stream: Stream,
  ctx: ConnectorContext,
  teller: StateTeller<StreamState>,
): AsyncGenerator<AirbyteMessage> {
  for (const slice of await scopesOf(stream)) {
    const { done = [] } = teller.state;
    if (slice && done.includes(slice.id)) continue;
    yield* readScope(stream, slice, ctx, teller);
    if (slice) yield teller.tell({ ...teller.state, done: [...done, slice.id] });
  }
  yield teller.tell({ __ab_full_refresh_sync_complete: true });
}

/** A stream's slices, or the one scope that has no name. */
async function scopesOf(stream: Stream): Promise<readonly (Slice | undefined)[]> {
  return stream.slices ? stream.slices() : [undefined];
}

async function* readScope(
  stream: Stream,
  slice: Slice | undefined,
  ctx: ConnectorContext,
  teller: StateTeller<StreamState>,
): AsyncGenerator<AirbyteMessage> {
  const since = cursorOf(stream, slice, ctx, teller.state);
  try {
    yield* tellPages(stream, slice, ctx, teller, stream.read(since, slice));
  } catch (error) {
    if (since === undefined || !isExpired(error)) throw error;
    ctx.log.warn({ stream: stream.name }, 'the source has forgotten the cursor; everything is read again');
    yield* tellPages(stream, slice, ctx, teller, stream.read(undefined, slice));
  }
}

function cursorOf(stream: Stream, slice: Slice | undefined, ctx: ConnectorContext, state: StreamState): unknown {
  const stored = slice ? state.slices?.[slice.id] : state.cursor;
  if (stored === undefined || stored === null) return undefined;
  try {
    return stream.parseCursor(stored);
  } catch {
    ctx.log.warn({ stream: stream.name }, 'the state does not fit this stream; everything is read again');
    return undefined;
  }
}

async function* tellPages(
  stream: Stream,
  slice: Slice | undefined,
  ctx: ConnectorContext,
  teller: StateTeller<StreamState>,
  pages: AsyncIterable<Page<JsonObject, unknown>>,
): AsyncGenerator<AirbyteMessage> {
  for await (const page of pages) {
    yield* tellRows(stream, page, ctx, teller);
    if (page.cursor === undefined) continue;
    const { state } = teller;
    yield teller.tell(
      slice ? { ...state, slices: { ...state.slices, [slice.id]: page.cursor } } : { ...state, cursor: page.cursor },
    );
  }
}

function* tellRows(
  stream: Stream,
  page: Page<JsonObject, unknown>,
  ctx: ConnectorContext,
  teller: Pick<StateTeller<StreamState>, 'countRecord'>,
): Generator<AirbyteMessage> {
  const emitted_at = ctx.clock.now();
  for (const row of page.upserts) {
    const data = rowOf(stream, row, ctx);
    if (!data) continue;
    teller.countRecord();
    yield { type: 'RECORD', record: { stream: stream.name, data, emitted_at } };
  }
  for (const { key, code, message } of page.failures ?? []) ctx.log.warn({ stream: stream.name, key, code }, message);
  if (page.deletes && page.deletes.length > 0) {
    // Plain records cannot say that one is gone; the number is all that can be told.
    ctx.log.info({ stream: stream.name, deleted: page.deletes.length }, 'records are gone at the source');
  }
}

/** A row that does not fit its schema is reported and left out, as the engine does. */
function rowOf(stream: Stream, row: JsonObject, ctx: ConnectorContext): JsonObject | undefined {
  try {
    return stream.parseRow ? stream.parseRow(row) : row;
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    ctx.log.warn({ stream: stream.name, issues: error.issues.length }, 'a record does not fit its schema');
    return undefined;
  }
}
