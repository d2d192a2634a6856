import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../kit/context.ts';
import type { Json, JsonObject } from '../kit/json.ts';
import { streamName } from './program-message.ts';

const Discovered = z.object({
  name: z.string().min(1),
  namespace: z.string().nullish(),
  json_schema: z.record(z.string(), z.unknown()).nullish(),
  supported_sync_modes: z.array(z.string()).nullish(),
  source_defined_cursor: z.boolean().nullish(),
  default_cursor_field: z.array(z.string()).nullish(),
  source_defined_primary_key: z.array(z.array(z.string())).nullish(),
});

/** A stream of a program's catalogue, and how it is asked for. */
export interface ProgramStream {
  /** `namespace.name`, or the name alone. */
  readonly name: string;
  readonly title: string;
  readonly descriptor: JsonObject;
  readonly jsonSchema: JsonObject;
  /** Paths of the key; empty when the source has none. */
  readonly primaryKey: readonly (readonly string[])[];
  /** Fields that a person may choose to go by; empty when the source has a cursor of its own, or none at all. */
  readonly cursorFields: readonly string[];
  readonly incremental: boolean;
  /** The stream as a configured catalogue names it. */
  readonly configured: JsonObject;
}

/** The streams of a CATALOG message; those that the protocol does not describe so are left out and logged. */
export function programStreams(
  given: readonly unknown[],
  options: { readonly cursorField?: string | undefined; readonly log: Logger },
): readonly ProgramStream[] {
  return given.flatMap((one) => {
    const parsed = Discovered.safeParse(one);
    if (parsed.success) return [programStream(parsed.data, one as JsonObject, options.cursorField)];
    const { name } = (one ?? {}) as { readonly name?: unknown };
    options.log.warn({ stream: typeof name === 'string' ? name : undefined }, 'the catalogue holds what is no stream');
    return [];
  });
}

function programStream(
  found: z.output<typeof Discovered>,
  given: JsonObject,
  wantedField: string | undefined,
): ProgramStream {
  const { name, namespace } = found;
  const jsonSchema = (found.json_schema ?? { type: 'object' }) as JsonObject;
  const primaryKey = (found.source_defined_primary_key ?? []).filter((path) => path.length > 0);
  const canGoOn = found.supported_sync_modes?.includes('incremental') === true;
  const ownCursor = found.source_defined_cursor === true;
  const usual = found.default_cursor_field ?? [];
  const cursorFields = canGoOn && !ownCursor ? cursorFieldsOf(usual, jsonSchema) : [];
  const chosen = wantedField !== undefined && cursorFields.includes(wantedField) ? wantedField.split('.') : usual;
  const incremental = canGoOn && (ownCursor || chosen.length > 0);
  return {
    name: streamName(found),
    title: name,
    descriptor: { name, ...(typeof namespace === 'string' && { namespace }) },
    jsonSchema,
    primaryKey,
    cursorFields,
    incremental,
    configured: {
      stream: given,
      sync_mode: incremental ? 'incremental' : 'full_refresh',
      cursor_field: incremental ? chosen : [],
      primary_key: primaryKey,
      // What a destination would do; sources look at the generation, some of them.
      destination_sync_mode: incremental ? (primaryKey.length > 0 ? 'append_dedup' : 'append') : 'overwrite',
      generation_id: 0,
      minimum_generation_id: 0,
      sync_id: 0,
      include_files: false,
    },
  };
}

/** The default first, then the plain fields of the schema. */
function cursorFieldsOf(usual: readonly string[], { properties }: JsonObject): readonly string[] {
  const fields = Object.entries((properties ?? {}) as JsonObject)
    .filter(([, schema]) => !isNested(schema))
    .map(([name]) => name);
  return [...new Set(usual.length > 0 ? [usual.join('.'), ...fields] : fields)];
}

function isNested(schema: Json | undefined): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { type } = schema as { readonly type?: unknown };
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return types.includes('object') || types.includes('array');
}

/**
 * The key of a row. Without a key of the source's, a row is told apart by all that it holds: the same row twice is one record.
 */
export function rowKey(paths: readonly (readonly string[])[], row: JsonObject): string {
  if (paths.length === 0) return hash('sha256', sortedJson(row), 'hex');
  const values = paths.map((path) => valueAt(row, path));
  if (values.some((value) => value === undefined || value === null)) return '';
  const [only] = values;
  if (values.length > 1 || typeof only === 'object') return JSON.stringify(values.length > 1 ? values : only);
  return String(only);
}

function valueAt(row: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((value, name) => {
    const isPlace = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return isPlace ? (value as JsonObject)[name] : undefined;
  }, row);
}

function sortedJson(value: Json | undefined): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(sortedJson).join(',')}]`;
  const members = Object.entries(value as JsonObject)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, one]) => `${JSON.stringify(name)}:${sortedJson(one)}`);
  return `{${members.join(',')}}`;
}
