import type { Json, JsonObject } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord } from '../model/records.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import { buildTransformation } from '../transformations/build-transformation.ts';

/**
 * Makes the function that says which properties are wanted: the fields of the stream's schema, renamed and thinned out by the
 * selector's transformations, which undo what the stream's own ones do to records. A schema without fields wants none. Source:
 * the schema's `JsonSchemaPropertySelector`.
 */
export function buildPropertySelector(
  definition: Component,
  build: Build,
  stream: StreamContext,
): () => Promise<ReadonlySet<string>> {
  const given = definition['transformations'];
  const transformations = (Array.isArray(given) ? (given as readonly Json[]) : []).map((transformation) =>
    buildTransformation(transformation as Component, build, stream),
  );
  return async () => {
    const { properties } = await stream.schema();
    const fields: MutableRecord = { ...(properties as JsonObject | undefined) };
    for (const transformation of transformations) transformation.transform(fields, { slice: EMPTY_SLICE });
    return new Set(Object.keys(fields));
  };
}
