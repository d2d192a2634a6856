import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { templateContext } from '../interpolation/template-context.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { customPart } from '../model/custom-part.ts';
import { cursorFieldOf } from './cursor-field.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { plainText } from './plain-text.ts';

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
  return customPart<StateMigration>(migration, build, stream);
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
  const retrieverType = isJsonObject(retriever) ? plainText(retriever['type']) : '';
  if (!isJsonObject(retriever) || !RETRIEVERS.has(retrieverType)) {
    throw wrong(stream, 'is for streams with a SimpleRetriever or an AsyncRetriever');
  }
  const router = retriever['partition_router'];
  if (!isJsonObject(router) || !ROUTERS.has(plainText(router['type']))) {
    throw wrong(stream, `is for a partition router of the types ${Array.from(ROUTERS).join(', ')}`);
  }
  const holder = router['type'] === 'UnionPartitionRouter' ? router : firstParent(router);
  const field = plainText(holder?.['partition_field']);
  if (field === '') throw wrong(stream, 'needs a router with a parent stream');
  return interpolatedText(field).evaluate(templateContext(build, holder as Component));
}

function firstParent(router: JsonObject): JsonObject | undefined {
  const configs = router['parent_stream_configs'];
  const [parent] = Array.isArray(configs) ? configs : [configs];
  return isJsonObject(parent) ? parent : undefined;
}

const RETRIEVERS: ReadonlySet<string> = new Set(['SimpleRetriever', 'AsyncRetriever']);
const ROUTERS: ReadonlySet<string> = new Set([
  'SubstreamPartitionRouter',
  'UnionPartitionRouter',
  'CustomPartitionRouter',
]);

const wrong = (stream: StreamContext, why: string): ConnectorError =>
  new ConnectorError('configuration', `The LegacyToPerPartitionStateMigration of stream "${stream.name}" ${why}.`);
