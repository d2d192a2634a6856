import { ConnectorError } from '../../kit/connector-error.ts';
import type { Stream } from '../../kit/connector.ts';
import { entityTypeName } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { asObject } from '../configuration/as-object.ts';
import type { ManifestStream, ReadOptions } from '../model/stream.ts';
import { namedForStream } from '../streams/named-for-stream.ts';
import { describeManifestRecord } from './describe-record.ts';
import type { EntityFields } from './entity-options.ts';
import { recordKey } from './record-key.ts';
import { textMaker } from './record-text.ts';
import { pathIn } from './value-at-path.ts';

/** Pages of the engine are this long at most; those of APIs may be longer. */
const MOST_RECORDS = 1_000;

export interface KitStreamNeeds {
  readonly connectorId: string;
  readonly schema: JsonObject;
  /** See `Stream.schemaUnknown`. */
  readonly schemaUnknown: boolean;
  readonly options: EntityFields;
  /** Its cursors are for the engine; else they are published. */
  readonly keepsPosition: boolean;
  /** See `Stream.stateShape`. */
  readonly stateShape: string | undefined;
}

/** A stream of a manifest as the engine takes it. Its cursor is the state of the Airbyte protocol. */
export function kitStream(
  stream: ManifestStream,
  { connectorId, schema, schemaUnknown, options, stateShape, keepsPosition }: KitStreamNeeds,
): Stream {
  const { name, primaryKey, cursorField } = stream;
  const text = textMaker(options, schema);
  const { key: chosen } = options;
  const incremental = cursorField !== undefined;
  return {
    name,
    title: name,
    entityType: entityTypeName(connectorId, name),
    jsonSchema: schema,
    ...(schemaUnknown && { schemaUnknown }),
    ...(primaryKey.length > 0 && { primaryKey: primaryKey.map((path) => path.join('.')) }),
    ...(incremental && { cursorFields: [cursorField] }),
    incremental,
    cursorIsState: true,
    ...(stateShape !== undefined && { stateShape }),
    deletes: incremental ? 'reported' : 'listing',
    key: (row) => recordKey(chosen ? chosen.map((field) => pathIn(row, field)) : primaryKey, row),
    ...(text && { text }),
    describe: (row) => describeManifestRecord(options, cursorField, row),
    parseCursor: parseState,
    read: (since) => pagesOf(stream, since as JsonObject | undefined, { keepsPosition }),
  };
}

/** Published forms of states differ by stream and age; the stream itself says which ones it takes. */
function parseState(cursor: unknown): JsonObject {
  const state = asObject(cursor);
  if (!state) throw new ConnectorError('cursor_expired', 'The kept state of the stream is no mapping.');
  return state;
}

async function* pagesOf(
  stream: ManifestStream,
  since: JsonObject | undefined,
  options: ReadOptions,
): AsyncGenerator<Page<JsonObject, JsonObject>> {
  try {
    for await (const output of stream.read(since, options)) {
      if (output.type === 'state') yield { upserts: [], cursor: output.state };
      else
        for (let from = 0; from < output.records.length; from += MOST_RECORDS)
          yield { upserts: output.records.slice(from, from + MOST_RECORDS) };
    }
  } catch (error) {
    throw namedForStream(error, stream.name);
  }
}
