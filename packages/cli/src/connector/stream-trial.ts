import type { Stream } from '@tributary/connectors/kit/connector';
import type { ConnectorContext } from '@tributary/connectors/kit/context';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { readStreamMessages } from '@tributary/connectors/protocol/read-stream-messages';
import type { Exchange } from '@tributary/connectors/recording/exchange';

/** One read of a stream, as far as it came. */
export interface StreamRead {
  readonly rows: readonly JsonObject[];
  readonly keys: readonly string[];
  /** The last one that was told. */
  readonly state: JsonObject | undefined;
  readonly questions: readonly Exchange['request'][];
  /** Why it did not come to its end. */
  readonly failure?: string;
}

/** What became of a stream: its first read, and, where it goes on from a state, the read after it. */
export interface StreamTrial {
  readonly stream: Stream;
  readonly first: StreamRead;
  readonly second?: StreamRead;
}

/** Reads a stream as the protocol's `read` does. `questions` gives all that were asked so far. */
export async function readOnce(
  stream: Stream,
  ctx: ConnectorContext,
  questions: () => readonly Exchange['request'][],
  since?: JsonObject,
): Promise<StreamRead> {
  const before = questions().length;
  const rows: JsonObject[] = [];
  let state: JsonObject | undefined;
  let failure: string | undefined;
  try {
    for await (const message of readStreamMessages(stream, ctx, since)) {
      if (message.type === 'RECORD') rows.push(message.record.data);
      if (message.type === 'STATE') state = message.state.stream.stream_state;
    }
  } catch (error) {
    ctx.signal.throwIfAborted();
    failure = error instanceof Error ? error.message : String(error);
  }
  return {
    rows,
    keys: rows.map((row) => stream.key(row)),
    state,
    questions: questions().slice(before),
    ...(failure !== undefined && { failure }),
  };
}
