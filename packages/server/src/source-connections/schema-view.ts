import type { SchemaChange } from '../engine/schema-memory.ts';
import { isSelected, rulesOf } from '../engine/selection.ts';
import type { FieldRule, Selection } from '../engine/selection.ts';
import type { Millis } from '../control/schema.ts';
import type { JobId } from '../lib/ids.ts';
import type { listSchemaChanges, SchemaRow } from './repository.ts';

/** What is known of a source's schema, and what has become of it. */
export interface SchemaView {
  /** When a job last found something new; null before the first one. */
  readonly seenAt: Millis | null;
  readonly streams: readonly StreamView[];
  /** Newest first. */
  readonly changes: readonly NotedChange[];
}

export interface StreamView {
  readonly name: string;
  readonly selected: boolean;
  /** `held`: not read until it is accepted. `gone`: the source does not have it any more. */
  readonly state: 'read' | 'held' | 'gone';
  readonly primaryKey: readonly string[] | null;
  /** Its records may have fields beside these. */
  readonly open: boolean;
  readonly fields: readonly {
    readonly name: string;
    /** JSON types joined by `|`; `any` where the source does not tell. */
    readonly type: string;
    /** Left out until it is accepted. */
    readonly held: boolean;
  }[];
  readonly rules: readonly FieldRule[];
}

export interface NotedChange {
  readonly at: Millis;
  readonly jobId: JobId;
  readonly stream: string;
  readonly kind: SchemaChange['kind'];
  readonly field: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly action: SchemaChange['action'];
}

type ChangeRow = Awaited<ReturnType<typeof listSchemaChanges>>[number];

/** Puts together what a person is shown of a schema. */
export function schemaView(
  selection: Selection,
  schema: SchemaRow | undefined,
  changes: readonly ChangeRow[],
): SchemaView {
  const streams = Object.entries(schema?.memory ?? {}).map(
    ([name, { state, primaryKey, open, fields, seen, heldFields }]) => ({
      name,
      selected: isSelected(selection, name),
      state,
      primaryKey,
      open,
      fields: [
        ...Object.entries({ ...fields, ...seen }).map(([field, type]) => ({ name: field, type, held: false })),
        ...Object.entries(heldFields).map(([field, type]) => ({ name: field, type, held: true })),
      ],
      rules: rulesOf(selection, name),
    }),
  );
  return { seenAt: schema?.seenAt ?? null, streams, changes: changes.map(noted) };
}

function noted(row: ChangeRow): NotedChange {
  return {
    at: row.created_at,
    jobId: row.job_id,
    stream: row.stream,
    kind: row.kind as NotedChange['kind'],
    field: row.field,
    before: row.before_value,
    after: row.after_value,
    action: row.action as NotedChange['action'],
  };
}
