import { z } from 'zod';
import type { StreamPreview } from '../../connections/preview.ts';
import type { SchemaView } from '../../source-connections/schema-view.ts';
import type { StoredSelection } from '../../source-connections/selection-service.ts';
import type { Selection as DomainSelection } from '../../engine/selection.ts';
import { JsonMap, Timestamp, timestamp, timestampOrNull } from '../wire-values.ts';
import { CheckRequest } from './source-connection-schema.ts';

const Pattern = z.string().min(1).max(500);
const Policy = z.enum(['take', 'hold', 'fail']);

const FieldRule = z
  .strictObject({
    stream: z.string().min(1).max(500).describe('The name of a stream, or `*` for all.'),
    path: z
      .string()
      .max(1_000)
      .regex(/^[^.]+(\.[^.]+)*$/, 'Must be names joined by dots')
      .describe('Names from the record down, joined by dots; lists on the way are gone through.'),
    action: z
      .enum(['drop', 'hash', 'mask'])
      .describe('`hash` keeps equal values equal; `mask` keeps the end of a text, or the domain of an email.'),
    keep: z.int().min(0).max(64).optional().describe('With `mask`: how many characters stay; default 4.'),
  })
  .refine(({ action, keep }) => keep === undefined || action === 'mask', {
    message: 'Only a mask keeps something',
    path: ['keep'],
  })
  .meta({ id: 'FieldRule' });

const defaults = { include: ['*'], exclude: [] };

export const Selection = z
  .strictObject({
    streams: z
      .strictObject({
        include: z.array(Pattern).max(1_000).default(['*']),
        exclude: z.array(Pattern).max(1_000).default([]),
      })
      .default(defaults)
      .describe('Names or patterns; `*` stands for any text. What one includes and none excludes is read.'),
    fields: z.array(FieldRule).max(1_000).default([]).describe('Done before anything of a record is stored.'),
    newStreams: Policy.default('take').describe('What becomes of a stream that the source did not have before.'),
    newFields: Policy.default('take').describe('What becomes of a field that a stream did not have before.'),
  })
  .meta({ id: 'Selection' });

/** The domain's form of what was sent. */
export function selectionFrom({ streams, ...rest }: z.output<typeof Selection>): DomainSelection {
  return { ...streams, ...rest };
}

export const SelectionAnswer = z
  .object({
    streams: z.object({ include: z.array(z.string()), exclude: z.array(z.string()) }),
    fields: z.array(FieldRule),
    newStreams: Policy,
    newFields: Policy,
    warnings: z.array(z.string()).describe('What was allowed and may be a mistake.'),
    version: z.int(),
  })
  .meta({ id: 'StoredSelection' });

export function presentSelection({ selection, version, warnings }: StoredSelection): z.output<typeof SelectionAnswer> {
  const { include, exclude, fields, newStreams, newFields } = selection;
  return {
    streams: { include: [...include], exclude: [...exclude] },
    fields: [...fields],
    newStreams,
    newFields,
    warnings: [...warnings],
    version,
  };
}

const KnownStream = z
  .object({
    name: z.string(),
    selected: z.boolean(),
    state: z
      .enum(['read', 'held', 'gone'])
      .describe('`held`: not read until it is accepted. `gone`: the source does not have it any more.'),
    primaryKey: z.array(z.string()).nullable(),
    open: z.boolean().describe('Its records may have fields beside these.'),
    fields: z.array(
      z.object({
        name: z.string(),
        type: z.string().describe('JSON types joined by `|`; `any` where the source does not tell.'),
        held: z.boolean().describe('Left out until it is accepted.'),
      }),
    ),
    rules: z.array(FieldRule),
  })
  .meta({ id: 'KnownStream' });

const NotedChange = z
  .object({
    at: Timestamp,
    jobId: z.guid(),
    stream: z.string(),
    kind: z.enum([
      'stream_added',
      'stream_removed',
      'stream_returned',
      'field_added',
      'field_removed',
      'type_changed',
      'key_changed',
    ]),
    field: z.string().nullable(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    action: z
      .enum(['taken', 'held', 'refused', 'kept', 'deleted', 'read_anew'])
      .describe(
        'What was done: `refused` ended the job, `kept` asked for nothing, `read_anew` read the stream as a whole.',
      ),
  })
  .meta({ id: 'SchemaChange' });

export const Schema = z
  .object({
    seenAt: Timestamp.nullable().describe('When a job last found something new; null before the first one.'),
    streams: z.array(KnownStream),
    changes: z.array(NotedChange).describe('Newest first.'),
  })
  .meta({ id: 'SourceSchema' });

export function presentSchema({ seenAt, streams, changes }: SchemaView): z.output<typeof Schema> {
  return {
    seenAt: timestampOrNull(seenAt),
    streams: streams.map(({ primaryKey, fields, rules, ...stream }) => ({
      ...stream,
      primaryKey: primaryKey && [...primaryKey],
      fields: [...fields],
      rules: [...rules],
    })),
    changes: changes.map((change) => ({ ...change, at: timestamp(change.at) })),
  };
}

export const AcceptRequest = z
  .strictObject({
    streams: z.array(z.string()).min(1).optional().describe('Only what is held of these; all when left out.'),
  })
  .meta({ id: 'AcceptSchema' });

export const PreviewRequest = CheckRequest.extend({
  selection: Selection.prefault({}),
}).meta({ id: 'PreviewRequest' });

export const SelectionPreviewRequest = z
  .strictObject({ selection: Selection.optional().describe('Tried instead of the stored one, which stays as it is.') })
  .meta({ id: 'SelectionPreviewRequest' });

export const Preview = z
  .object({
    streams: z.array(
      z
        .object({
          name: z.string(),
          title: z.string(),
          outcome: z
            .enum(['read', 'late', 'failed'])
            .describe('`late`: the time was over; what had come until then is shown.'),
          message: z.string().nullable(),
          records: z
            .array(
              z
                .object({
                  key: z.string(),
                  name: z.string(),
                  url: z.string().nullable(),
                  text: z.string().describe('The beginning of what would be searched.'),
                  fields: JsonMap.nullable().describe('Null: there is too much of it to be shown.'),
                })
                .meta({ id: 'PreviewRecord' }),
            )
            .max(10),
          failures: z.array(z.object({ code: z.string(), message: z.string() })),
        })
        .meta({ id: 'StreamPreview' }),
    ),
  })
  .meta({ id: 'Preview' });

export function presentPreview(streams: readonly StreamPreview[]) {
  return { streams };
}
