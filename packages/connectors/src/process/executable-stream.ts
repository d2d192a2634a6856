import { entityTypeName } from '../kit/define-connector.ts';
import type { Stream } from '../kit/connector.ts';
import type { JsonObject } from '../kit/json.ts';
import type { Page } from '../kit/page.ts';
import type { ProgramSession } from './program-session.ts';
import { type ProgramStream, rowKey } from './program-stream.ts';
import { readProgram } from './read-program.ts';
import { cursorOfState, parseStreamCursor, stateOfCursor } from './stream-cursor.ts';

/** What a stream of a program is to the engine, however it is read. */
export function streamFacts(
  connectorId: string,
  { name, title, jsonSchema, primaryKey, cursorFields, incremental }: ProgramStream,
): Omit<Stream, 'parseCursor' | 'read'> {
  return {
    name,
    title,
    entityType: entityTypeName(connectorId, name),
    jsonSchema,
    ...(primaryKey.length > 0 && { primaryKey: primaryKey.map((path) => path.join('.')) }),
    ...(cursorFields.length > 0 && { cursorFields }),
    incremental,
    deletes: incremental ? 'reported' : 'listing',
    key: (row) => rowKey(primaryKey, row),
  };
}

/** A stream that has the program run for itself, with a catalogue of this one stream and its own state. */
export function executableStream(
  session: ProgramSession,
  stream: ProgramStream,
  options: { readonly alone: boolean },
): Stream {
  const { id } = session.declaration;
  return {
    ...streamFacts(id, stream),
    cursorIsState: true,
    parseCursor: parseStreamCursor,
    async *read(since): AsyncGenerator<Page<JsonObject>> {
      const state = stateOfCursor(since as JsonObject | undefined, stream);
      for await (const page of readProgram(session, { streams: [stream], state })) {
        const [part] = page.parts;
        const cursor = page.state && cursorOfState(page.state, { id, alone: options.alone });
        const { upserts = [], deletes, failures } = part ?? {};
        yield { upserts, ...(deletes && { deletes }), ...(failures && { failures }), ...(cursor && { cursor }) };
      }
      // Without a state the source has named everything that it has.
      if (state === undefined && stream.incremental) yield { upserts: [], complete: true };
    },
  };
}
