import type { FieldTypes } from './field-types.ts';

/** By what entities of a stream can be told from others of it that were stored under another selection. */
export interface StreamShape {
  /** Fingerprint of its field rules; empty without any. */
  readonly rules: string;
  /** Fingerprint of what its keys are made of; empty when the source does not say. */
  readonly key: string;
  /** How often fields were let in that had been held. */
  readonly epoch: number;
}

/** What is remembered of one stream from job to job. */
export interface StreamMemory {
  /** `held`: not read until a person accepts it. `gone`: the source had it once. */
  readonly state: 'read' | 'held' | 'gone';
  /** Fields of its schema. */
  readonly fields: FieldTypes;
  /** Fields that its schema does not name: met in rows, or accepted. */
  readonly seen: FieldTypes;
  /** New fields that are left out until a person accepts them. */
  readonly heldFields: FieldTypes;
  /** Rows may have fields beside those of the schema. */
  readonly open: boolean;
  /** The source has not said yet which fields it has; the first schema that it gives is no change. */
  readonly untold?: boolean;
  /** It was read to its end once, so a field that rows did not have until now is a new one. */
  readonly learned: boolean;
  readonly primaryKey: readonly string[] | null;
  /** Rises when held fields are accepted: what is stored then lacks them, and the stream is read anew. */
  readonly epoch: number;
  /** The shape of all that is stored of it; null while several are mixed, absent before the first job. */
  readonly settled?: StreamShape | null;
}

/** By name of the stream. */
export type SchemaMemory = Readonly<Record<string, StreamMemory>>;

/** Something that the source did to its schema, and what was made of it. */
export interface SchemaChange {
  readonly stream: string;
  readonly kind:
    | 'stream_added'
    | 'stream_removed'
    | 'stream_returned'
    | 'field_added'
    | 'field_removed'
    | 'type_changed'
    | 'key_changed';
  readonly field?: string;
  readonly before?: string;
  readonly after?: string;
  /**
   * `taken`: read from now on. `held`: waits for a person. `refused`: the job failed for it. `kept`: nothing had to be done, what is
   * stored stays. `deleted`: its entities are gone. `read_anew`: the stream was read again as a whole.
   */
  readonly action: 'taken' | 'held' | 'refused' | 'kept' | 'deleted' | 'read_anew';
}

/** What waits for a person to accept it: a whole stream when it names no fields. */
export interface HeldSchema {
  readonly stream: string;
  readonly fields: readonly string[];
}

/** Newcomers of a memory that are not let in yet. */
export function heldIn(memory: SchemaMemory): readonly HeldSchema[] {
  return Object.entries(memory)
    .filter(([, one]) => one.state === 'held' || (one.state === 'read' && Object.keys(one.heldFields).length > 0))
    .map(([stream, one]) => ({ stream, fields: Object.keys(one.heldFields).toSorted() }));
}

/** The memory with held streams and fields let in; only of the named streams, when some are named. */
export function acceptHeld(memory: SchemaMemory, streams?: readonly string[]): SchemaMemory {
  const accepts = new Set(heldIn(memory).map(({ stream }) => stream));
  return Object.fromEntries(
    Object.entries(memory).map(([name, one]) => {
      if (!accepts.has(name) || streams?.includes(name) === false) return [name, one];
      return [name, { ...letFieldsIn(one), state: 'read' as const }];
    }),
  );
}

/** The stream with its held fields let in; it will be read anew for their sake. */
export function letFieldsIn(one: StreamMemory): StreamMemory {
  if (Object.keys(one.heldFields).length === 0) return one;
  return { ...one, seen: { ...one.seen, ...one.heldFields }, heldFields: {}, epoch: one.epoch + 1 };
}
