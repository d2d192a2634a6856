import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord } from '../model/records.ts';
import { compileNormalizer } from './compile-normalizer.ts';
import { customPart } from '../model/custom-part.ts';

/** What a port of a `CustomSchemaNormalization` is: changes a record in place to what the schema says. */
export interface SchemaNormalizer {
  normalize(record: MutableRecord, schema: JsonObject): void;
}

/**
 * The `schema_normalization` of a selector: a function that gives the normaliser of the stream's schema, compiled once;
 * `undefined` when records stay as they are.
 */
export function schemaNormalization(
  definition: Json | undefined,
  build: Build,
  stream: StreamContext,
): (() => Promise<(record: MutableRecord) => void>) | undefined {
  if (definition === undefined || definition === null || definition === 'None') return undefined;
  let compiled: Promise<(record: MutableRecord) => void> | undefined;
  if (definition === 'Default') return () => (compiled ??= stream.schema().then(compileNormalizer));
  if (typeof definition !== 'object' || Array.isArray(definition)) {
    throw new ConnectorError(
      'configuration',
      `Stream "${stream.name}": \`schema_normalization\` of the manifest is none of Default, None and a custom one.`,
    );
  }
  const custom = customPart<SchemaNormalizer>(definition as Component, build, stream);
  return () => (compiled ??= stream.schema().then((schema) => (record) => custom.normalize(record, schema)));
}
