import { z } from 'zod';
import { ConnectorError } from '../kit/connector-error.ts';
import type { JsonObject } from '../kit/json.ts';
import type { ProgramState } from './program-message.ts';
import type { ProgramStream } from './program-stream.ts';

/**
 * The cursor of a stream that is read by itself is its `stream_state` as it is. States of other kinds say so of themselves:
 * one of before there were kinds, and the one of all streams for a reader that takes each stream alone.
 */
const Cursor = z.record(z.string(), z.unknown());
const Legacy = z.strictObject({ type: z.literal('LEGACY'), data: Cursor });
const Global = z.strictObject({ type: z.literal('GLOBAL'), global: Cursor });

/** Throws when a stored cursor is none of ours. */
export const parseStreamCursor = (cursor: unknown): JsonObject => Cursor.parse(cursor) as JsonObject;

/** What goes into the file of states; `undefined` when there is nothing to go on from. */
export function stateOfCursor(cursor: JsonObject | undefined, { descriptor }: ProgramStream): unknown {
  // A source that has reset its state gave an empty one.
  if (cursor === undefined || Object.keys(cursor).length === 0) return undefined;
  const legacy = Legacy.safeParse(cursor);
  if (legacy.success) return legacy.data.data;
  if (Global.safeParse(cursor).success) return [cursor];
  return [{ type: 'STREAM', stream: { stream_descriptor: descriptor, stream_state: cursor } }];
}

/**
 * The cursor that a state makes. Throws `ConnectorError('configuration')` for a state of all streams when the stream was not
 * read for a reader that takes each alone: its parts would hold back, or skip, what others still need.
 */
export function cursorOfState(
  state: ProgramState,
  options: { readonly id: string; readonly alone: boolean },
): JsonObject {
  switch (state.type) {
    case 'STREAM':
      return state.value ?? {};
    case 'LEGACY':
      return state.value === null ? {} : { type: 'LEGACY', data: state.value };
    case 'GLOBAL':
      if (options.alone) return { type: 'GLOBAL', global: state.value };
      throw new ConnectorError(
        'configuration',
        `The executable ${options.id} keeps one state for all its streams. Declare it with "state": "global" in executables.json.`,
      );
  }
}
