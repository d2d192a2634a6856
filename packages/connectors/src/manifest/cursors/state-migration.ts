import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { cursorFieldOf } from './cursor-field.ts';
import { isJsonObject } from './is-json-object.ts';

/** Turns states of an older form into the present one; also what ports of `CustomStateMigration` are. */
export interface StateMigration {
  shouldMigrate(state: JsonObject): boolean;
  migrate(state: JsonObject): JsonObject;
}

/** Builds one of a stream's `state_migrations`. Throws `ConnectorError('configuration')`. */
export function buildStateMigration(
  migration: Component,
  streamDefinition: Component,
  build: Build,
  stream: StreamContext,
): StateMigration {
  if (migration.type === 'LegacyToPerPartitionStateMigration') return legacyMigration(streamDefinition, build, stream);
  const className = String(migration['class_name']);
  const port = build.custom.get(className);
  if (port) return port(migration, build, stream) as StateMigration;
  throw new ConnectorError(
    'configuration',
    `Stream "${stream.name}" needs the Python class ${className} (CustomStateMigration), and there is no port of it.`,
  );
}

/** Applies the migrations that want to, one after the other. */
export const migrated = (
  state: JsonObject | undefined,
  migrations: readonly StateMigration[],
): JsonObject | undefined =>
  state && migrations.reduce((now, migration) => (migration.shouldMigrate(now) ? migration.migrate(now) : now), state);

/** `{"<id>": {"<cursor field>": value}}` becomes a state for each partition (`LegacyToPerPartitionStateMigration`). */
function legacyMigration({ retriever, ...definition }: Component, build: Build, stream: StreamContext): StateMigration {
  const partitionField = partitionFieldOf(retriever, build, stream);
  const cursor = definition['incremental_sync'];
  if (!isJsonObject(cursor)) throw wrong(stream, 'is for streams with an `incremental_sync`');
  const cursorField = cursorFieldOf(cursor as Component, build);
  const isLegacy = (value: Json | undefined): value is JsonObject =>
    isJsonObject(value) && Object.keys(value).length === 1 && cursorField in value;
  return {
    shouldMigrate(state) {
      const values = Object.entries(state);
      return values.length > 0 && !('states' in state) && values.every(([, value]) => isLegacy(value));
    },
    migrate: (state) => ({
      states: Object.entries(state).flatMap(([key, cursorState]) =>
        cursorState === undefined
          ? []
          : [{ partition: { [partitionField]: key, parent_slice: {} }, cursor: cursorState }],
      ),
    }),
  };
}

function partitionFieldOf(retriever: Json | undefined, build: Build, stream: StreamContext): string {
  if (!isJsonObject(retriever) || (retriever['type'] !== 'SimpleRetriever' && retriever['type'] !== 'AsyncRetriever')) {
    throw wrong(stream, 'is for streams with a SimpleRetriever or an AsyncRetriever');
  }
  const router = retriever['partition_router'];
  const type = isJsonObject(router) ? router['type'] : undefined;
  if (!isJsonObject(router) || !ROUTERS.has(String(type))) {
    throw wrong(stream, `is for a partition router of the types ${Array.from(ROUTERS).join(', ')}`);
  }
  const [parent] = Array.isArray(router['parent_stream_configs']) ? router['parent_stream_configs'] : [];
  const field =
    type === 'UnionPartitionRouter' ? router['partition_field'] : isJsonObject(parent) && parent['partition_field'];
  if (typeof field !== 'string') throw wrong(stream, 'needs a router with a parent stream');
  const { $parameters: parameters = {} } = (isJsonObject(parent) ? parent : router) as Component;
  return interpolatedText(field).evaluate({ config: build.config, parameters, options: parameters });
}

const ROUTERS: ReadonlySet<string> = new Set([
  'SubstreamPartitionRouter',
  'UnionPartitionRouter',
  'CustomPartitionRouter',
]);

const wrong = (stream: StreamContext, why: string): ConnectorError =>
  new ConnectorError('configuration', `The LegacyToPerPartitionStateMigration of stream "${stream.name}" ${why}.`);
