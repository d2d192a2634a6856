import { ConnectorError } from '../../kit/connector-error.ts';
import type { Stream } from '../../kit/connector.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { ListedStreams } from '../dynamic-streams/list-streams.ts';
import { entityFieldsOf } from './entity-options.ts';
import { kitStream } from './kit-stream.ts';

/** Takes any record; of a stream whose schema could not be had. */
const ANY: JsonObject = { type: 'object', properties: {}, additionalProperties: true };

/**
 * The streams of an opened manifest as the engine takes them, with their schemas, some of which the source is asked for. A
 * stream that cannot be built is left out and told of as broken, a schema that cannot be had leaves its stream without one; when this is so of all, the
 * error is the answer.
 * @param shapes of the states of static streams, by their names
 */
export async function discoverManifest(
  connectorId: string,
  { streams, broken }: ListedStreams,
  ctx: ConnectorContext,
  shapes: ReadonlyMap<string, string>,
): Promise<readonly Stream[]> {
  for (const one of broken) {
    ctx.log.warn({ stream: one.name, reason: one.error.reason }, one.error.message);
    ctx.tellBroken?.(one);
  }
  const [first] = broken;
  if (first && streams.length === 0) throw first.error;
  const faults: ConnectorError[] = [];
  const found: Stream[] = [];
  for (const stream of streams) {
    const schema = await stream.schema().catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      if (!(error instanceof ConnectorError)) throw error;
      faults.push(error);
      ctx.log.warn({ stream: stream.name, reason: error.reason }, error.message);
      return ANY;
    });
    found.push(
      kitStream(stream, {
        keepsPosition: !ctx.options.streamsAlone && !ctx.options.trial,
        connectorId,
        schema,
        schemaUnknown: schema === ANY,
        options: entityFieldsOf(ctx.config, stream.name),
        stateShape: shapes.get(stream.name),
      }),
    );
  }
  const [fault] = faults;
  if (fault && faults.length === streams.length) throw fault;
  return found;
}
