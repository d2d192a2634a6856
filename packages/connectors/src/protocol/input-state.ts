import { z } from 'zod';
import { ConnectorError } from '../kit/connector-error.ts';
import type { JsonObject } from '../kit/json.ts';

const PerStream = z.object({
  stream_descriptor: z.object({ name: z.string() }),
  // What is no mapping resets the stream.
  stream_state: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
const State = z.union([
  z.object({ type: z.literal('STREAM'), stream: PerStream }),
  z.object({ type: z.literal('GLOBAL'), global: z.object({ stream_states: z.array(PerStream) }) }),
]);
const Envelope = z.object({ type: z.literal('STATE'), state: State });
const Given = z.union([State, Envelope.transform((message) => message.state)]);

/**
 * Reads the file behind `--state`: one state message or a list of them, each with or without its envelope. The last one of
 * a stream counts; `stream_state: null` resets the stream. Throws `ConnectorError('configuration')`.
 */
export function readInputState(given: unknown): Map<string, JsonObject> {
  const states = new Map<string, JsonObject>();
  for (const one of listOf(given)) {
    const parsed = Given.safeParse(one);
    if (!parsed.success)
      throw new ConnectorError('configuration', 'The state file holds something that is no STREAM or GLOBAL state.');
    const perStream = parsed.data.type === 'STREAM' ? [parsed.data.stream] : parsed.data.global.stream_states;
    for (const {
      stream_descriptor: { name },
      stream_state: state,
    } of perStream) {
      if (state) states.set(name, state as JsonObject);
      else states.delete(name);
    }
  }
  return states;
}

/** Before the first sync a platform gives nothing, `null`, `{}` or `[]`. */
function listOf(given: unknown): readonly unknown[] {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) return given;
  return typeof given === 'object' && Object.keys(given).length === 0 ? [] : [given];
}
