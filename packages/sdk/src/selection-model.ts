import type { JsonObject, Timestamp } from './model.ts';

/** What becomes of a stream or a field that the source did not have before. */
export type NewcomerPolicy = 'take' | 'hold' | 'fail';

/** What is done to one field before anything of a record is stored. */
export interface FieldRule {
  /** The name of a stream, or `*` for all. */
  readonly stream: string;
  /** Names from the record down, joined by dots; lists on the way are gone through. */
  readonly path: string;
  readonly action: 'drop' | 'hash' | 'mask';
  /** With `mask`: how many characters stay; default 4. */
  readonly keep?: number;
}

/** What of a source is let in; what is left out has its default, which is everything. */
export interface SelectionInput {
  /** Names or patterns; `*` stands for any text. */
  readonly streams?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
  readonly fields?: readonly FieldRule[];
  readonly newStreams?: NewcomerPolicy;
  readonly newFields?: NewcomerPolicy;
}

export interface Selection {
  readonly streams: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly fields: readonly FieldRule[];
  readonly newStreams: NewcomerPolicy;
  readonly newFields: NewcomerPolicy;
  /** What was allowed and may be a mistake. */
  readonly warnings: readonly string[];
  readonly version: number;
}

export interface KnownStream {
  readonly name: string;
  readonly selected: boolean;
  /** `held`: not read until it is accepted. `gone`: the source does not have it any more. */
  readonly state: 'read' | 'held' | 'gone';
  readonly primaryKey: readonly string[] | null;
  /** Its records may have fields beside these. */
  readonly open: boolean;
  readonly fields: readonly { readonly name: string; readonly type: string; readonly held: boolean }[];
  readonly rules: readonly FieldRule[];
}

/** Something that the source did to its schema, and what was made of it. */
export interface SchemaChange {
  readonly at: Timestamp;
  readonly jobId: string;
  readonly stream: string;
  readonly kind: string;
  readonly field: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly action: 'taken' | 'held' | 'refused' | 'kept' | 'deleted' | 'read_anew';
}

export interface SourceSchema {
  readonly seenAt: Timestamp | null;
  readonly streams: readonly KnownStream[];
  /** Newest first. */
  readonly changes: readonly SchemaChange[];
}

/** The first records of one stream, as they would be stored. */
export interface StreamPreview {
  readonly name: string;
  readonly title: string;
  readonly outcome: 'read' | 'late' | 'failed';
  readonly message: string | null;
  readonly records: readonly {
    readonly key: string;
    readonly name: string;
    readonly url: string | null;
    /** The beginning of what would be searched. */
    readonly text: string;
    /** null: there is too much of it to be shown. */
    readonly fields: JsonObject | null;
  }[];
  readonly failures: readonly { readonly code: string; readonly message: string }[];
}

export interface Preview {
  readonly streams: readonly StreamPreview[];
}
