import type { BrokenStream } from '../kit/broken-stream.ts';
import { ConnectorError } from '../kit/connector-error.ts';
import type { Connector, Stream } from '../kit/connector.ts';
import type { ConnectorContext } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import type { ContextMaker } from './connector-messages.ts';
import { type MessageLog, messageLog } from './message-log.ts';
import type { AirbyteMessage, ConfiguredCatalog, ConfiguredStream } from './messages.ts';
import { readStreamMessages } from './read-stream-messages.ts';
import { traceError } from './trace-error.ts';

/**
 * The answer to `read`: the streams of the catalog one after the other, each from its state. A stream that fails leaves an
 * error trace and the status INCOMPLETE, and the others are read all the same.
 */
export async function* readMessages(
  connector: Connector,
  makeContext: ContextMaker,
  catalog: ConfiguredCatalog,
  states: ReadonlyMap<string, JsonObject>,
): AsyncGenerator<AirbyteMessage> {
  const log = messageLog();
  const opened = new Map<string, Opened>();
  for (const configured of catalog.streams) {
    const { name } = configured.stream;
    const { ctx, found, broken } = openFor(connector, makeContext, configured, log, opened);
    let streams: ReadonlyMap<string, Stream>;
    try {
      streams = await found;
    } catch (error) {
      // A token that was renewed on the way is lost when nobody is told of it.
      yield* log.take(ctx.clock.now());
      throw error;
    }
    const stream = streams.get(name);
    if (!stream) {
      yield* log.take(ctx.clock.now());
      yield traceError(whyMissing(name, broken), ctx.clock.now(), { name });
      yield status(name, 'INCOMPLETE', ctx);
      continue;
    }
    yield status(name, 'STARTED', ctx);
    let running = false;
    try {
      for await (const message of readStreamMessages(stream, ctx, states.get(name))) {
        yield* log.take(ctx.clock.now());
        if (message.type === 'RECORD' && !running) {
          running = true;
          yield status(name, 'RUNNING', ctx);
        }
        yield message;
      }
      yield* log.take(ctx.clock.now());
      yield status(name, 'COMPLETE', ctx);
    } catch (error) {
      ctx.signal.throwIfAborted();
      yield* log.take(ctx.clock.now());
      yield traceError(error, ctx.clock.now(), { name });
      yield status(name, 'INCOMPLETE', ctx);
    }
  }
}

interface Opened {
  readonly ctx: ConnectorContext;
  readonly found: Promise<ReadonlyMap<string, Stream>>;
  /** Filled in while `found` is awaited. */
  readonly broken: readonly BrokenStream[];
}

function whyMissing(name: string, broken: readonly BrokenStream[]): ConnectorError {
  const known = broken.find((one) => one.name === name)?.error;
  if (!known)
    return new ConnectorError('configuration', `There is no stream ${name} any more; choose the streams again.`);
  return new ConnectorError(known.reason, `The stream ${name} cannot be read: ${known.message}`, { cause: known });
}

/** The cursor field is part of the context, so streams with different ones are opened apart. */
function openFor(
  connector: Connector,
  makeContext: ContextMaker,
  { sync_mode: mode, cursor_field: field }: ConfiguredStream,
  log: MessageLog,
  opened: Map<string, Opened>,
): Opened {
  const cursorField = mode === 'incremental' ? field?.join('.') : undefined;
  const known = opened.get(cursorField ?? '');
  if (known) return known;
  const { keepConfiguration } = log;
  const broken: BrokenStream[] = [];
  const tellBroken = (one: BrokenStream): void => void broken.push(one);
  const made = makeContext({ log, keepConfiguration, ...(cursorField !== undefined && { cursorField }) });
  const ctx: ConnectorContext = { ...made, tellBroken };
  const found = connector.discover(ctx).then((streams) => new Map(streams.map((stream) => [stream.name, stream])));
  const result = { ctx, found, broken };
  opened.set(cursorField ?? '', result);
  return result;
}

type Status = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';

function status(name: string, value: Status, { clock }: ConnectorContext): AirbyteMessage {
  const stream_status = { stream_descriptor: { name }, status: value };
  return { type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: clock.now(), stream_status } };
}
