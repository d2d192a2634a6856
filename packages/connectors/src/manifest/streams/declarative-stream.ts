import type { Json, JsonObject } from '../../kit/json.ts';
import { buildCursor, filtersByCursor } from '../cursors/build-cursor.ts';
import { takePosition } from '../cursors/read-position.ts';
import { buildStateMigration, migrated } from '../cursors/state-migration.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestStream, ReadOptions, StreamReading } from '../model/stream.ts';
import { buildSchemaLoader } from '../schemas/build-schema-loader.ts';
import { namedForStream } from './named-for-stream.ts';
import { isParentStream } from './parent-streams.ts';
import { readStream } from './read-stream.ts';
import { SliceReading } from './slice-reading.ts';
import { plainText } from '../cursors/plain-text.ts';

/** Builds a `DeclarativeStream`. Throws `ConnectorError('configuration')`. */
export function declarativeStream(definition: Component, build: Build): ManifestStream {
  const name = plainText(definition['name']);
  const primaryKey = keyPaths(definition['primary_key']);
  const incremental = definition['incremental_sync'] as Component | undefined;
  const loader = definition['schema_loader'] as Component | readonly Component[] | undefined;
  let schema: Promise<JsonObject> | undefined;
  const context: StreamContext = {
    name,
    primaryKey,
    schema: () => (schema ??= load()),
    isParent: isParentStream(definition, build),
    transformations: (definition['transformations'] ?? []) as readonly Component[],
    filtersByCursor: filtersByCursor(incremental),
  };
  const loadSchema = buildSchemaLoader(loader, build, context);
  async function load(): Promise<JsonObject> {
    try {
      return await loadSchema();
    } catch (error) {
      // A failure is not kept: the next one who asks tries again.
      schema = undefined;
      throw namedForStream(error, name);
    }
  }
  const retriever = build.retriever(definition['retriever'] as Component, context);
  const cursor = buildCursor(incremental, build, context, retriever.router);
  const migrations = ((definition['state_migrations'] ?? []) as readonly Component[]).map((migration) =>
    buildStateMigration(migration, definition, build, context),
  );
  // A page number may lead elsewhere when records have come and gone; a listing names what was missed the next time.
  const turnsSafely = cursor.cursorField === undefined || retriever.turnsByToken === true;
  const begin = (given: JsonObject | undefined, options?: ReadOptions): StreamReading => {
    const { state, position } = takePosition(given ?? undefined);
    const kept = options?.keepsPosition && turnsSafely ? position : undefined;
    return new SliceReading({
      stream: name,
      retriever,
      source: cursor,
      cursor: cursor.begin(migrated(state, migrations), kept),
      build,
    });
  };
  return {
    name,
    primaryKey,
    ...(cursor.cursorField !== undefined && { cursorField: cursor.cursorField }),
    schema: context.schema,
    begin: (state) => begin(state),
    read: (state, options) =>
      readStream(name, build, {
        concurrency: retriever.slicesAtOnce ?? build.concurrency,
        begin: () => begin(state, options),
      }),
  };
}

/** The schema takes one name, several, or several paths. */
function keyPaths(given: Json | undefined): readonly (readonly string[])[] {
  if (typeof given === 'string') return given === '' ? [] : [[given]];
  if (!Array.isArray(given)) return [];
  return given.map((part: Json) => (Array.isArray(part) ? part.map(plainText) : [plainText(part)]));
}
