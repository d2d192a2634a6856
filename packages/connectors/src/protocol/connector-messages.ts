import { ConnectorError } from '../kit/connector-error.ts';
import type { Connector, Stream } from '../kit/connector.ts';
import type { ConnectorContext, Logger } from '../kit/context.ts';
import type { AirbyteMessage, AirbyteStream } from './messages.ts';
import { messageLog } from './message-log.ts';
import { traceError } from './trace-error.ts';

/** Makes a context with parsed configuration; the log becomes LOG messages, a changed configuration a CONTROL message. */
export type ContextMaker = (options: {
  readonly log: Logger;
  readonly keepConfiguration: NonNullable<ConnectorContext['keepConfiguration']>;
  readonly cursorField?: string;
}) => ConnectorContext;

/**
 * The answer to `check`: what is wrong with the settings or the source is a FAILED status, anything else an error trace.
 */
export async function* checkMessages(connector: Connector, makeContext: ContextMaker): AsyncGenerator<AirbyteMessage> {
  const log = messageLog();
  const ctx = makeContext({ log, keepConfiguration: log.keepConfiguration });
  let answer: AirbyteMessage;
  try {
    const { account } = await connector.check(ctx);
    answer = { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED', message: account } };
  } catch (error) {
    answer =
      error instanceof ConnectorError
        ? { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: error.message } }
        : traceError(error, ctx.clock.now());
  }
  yield* log.take(ctx.clock.now());
  yield answer;
}

/** The answer to `discover`. */
export async function* discoverMessages(
  connector: Connector,
  makeContext: ContextMaker,
): AsyncGenerator<AirbyteMessage> {
  const log = messageLog();
  const ctx = makeContext({ log, keepConfiguration: log.keepConfiguration });
  let streams: readonly Stream[];
  try {
    streams = await connector.discover(ctx);
  } catch (error) {
    // A token that was renewed on the way is lost when nobody is told of it.
    yield* log.take(ctx.clock.now());
    throw error;
  }
  yield* log.take(ctx.clock.now());
  yield { type: 'CATALOG', catalog: { streams: streams.map(airbyteStream) } };
}

function airbyteStream(stream: Stream): AirbyteStream {
  const { cursorFields = [], primaryKey = [] } = stream;
  const [usual] = cursorFields;
  const incremental = stream.incremental || usual !== undefined;
  return {
    name: stream.name,
    json_schema: stream.jsonSchema,
    supported_sync_modes: incremental ? ['full_refresh', 'incremental'] : ['full_refresh'],
    // A stream that is incremental before anybody chose a field keeps a cursor of its own making.
    ...(incremental && { source_defined_cursor: stream.incremental, is_resumable: true }),
    ...(usual !== undefined && { default_cursor_field: pathOf(stream, usual) }),
    ...(primaryKey.length > 0 && { source_defined_primary_key: primaryKey.map((path) => pathOf(stream, path)) }),
  };
}

/** Paths are dotted, and so may be names: what the schema knows as one name is one. */
function pathOf({ jsonSchema }: Stream, path: string): readonly string[] {
  const { properties } = jsonSchema;
  const known = typeof properties === 'object' && properties !== null && Object.hasOwn(properties, path);
  return known ? [path] : path.split('.');
}
