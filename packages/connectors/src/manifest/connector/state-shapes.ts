import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';

/** What of a stream decides whether the state of an older version of its manifest still fits. */
export interface StreamShape {
  readonly name: string;
  /** Paths of the parts of its key. */
  readonly primaryKey: readonly (readonly string[])[];
  readonly cursorField: string | null;
  /** Fields of its partitions, in their order. */
  readonly partitionedBy: readonly string[];
}

/** Of the streams that a stream's definition stands for. */
export function shapesOf(definition: JsonObject): readonly StreamShape[] {
  if (definition['type'] === 'ConditionalStreams') return objectsOf(definition['streams']).flatMap(shapesOf);
  const { name } = definition;
  return typeof name === 'string' ? [{ name, ...stateShape(definition) }] : [];
}

/** What the states of the streams in a manifest depend on, as `Stream.stateShape` has it, by their names. */
export function stateShapes(manifest: JsonObject): ReadonlyMap<string, string> {
  const shapes = objectsOf(manifest['streams']).flatMap(shapesOf);
  return new Map(
    shapes.map(({ name, cursorField, partitionedBy }) => [name, JSON.stringify([cursorField, partitionedBy])] as const),
  );
}

/** The shape of a stream as its definition has it; templates are not evaluated. */
function stateShape(definition: JsonObject): Omit<StreamShape, 'name'> {
  const incremental = asObject(definition['incremental_stream']);
  if (incremental) return stateShape(incremental);
  const cursor = asObject(definition['incremental_sync'])?.['cursor_field'];
  return {
    primaryKey: keyPaths(definition['primary_key']),
    cursorField: typeof cursor === 'string' ? cursor : null,
    partitionedBy: partitionFields(asObject(definition['retriever'])?.['partition_router']),
  };
}

const plainText = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

function keyPaths(key: Json | undefined): readonly (readonly string[])[] {
  if (typeof key === 'string') return key === '' ? [] : [[key]];
  if (!Array.isArray(key)) return [];
  return (key as readonly Json[]).map((part) => (Array.isArray(part) ? part.map(plainText) : [plainText(part)]));
}

function partitionFields(router: Json | undefined): readonly string[] {
  if (Array.isArray(router)) return (router as readonly Json[]).flatMap(partitionFields);
  const one = asObject(router);
  if (!one) return [];
  const field = one['partition_field'] ?? one['cursor_field'];
  if (typeof field === 'string') return [field];
  const parents = objectsOf(one['parent_stream_configs']).map((parent) => plainText(parent['partition_field']));
  return [
    ...parents,
    ...partitionFields(one['underlying_partition_router']),
    ...partitionFields(one['partition_routers']),
  ];
}
