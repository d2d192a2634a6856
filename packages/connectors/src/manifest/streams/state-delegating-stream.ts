import type { JsonObject } from '../../kit/json.ts';
import { datetimeSettings } from '../cursors/build-datetime-settings.ts';
import { isEmptyState, partitionedState } from '../cursors/state-forms.ts';
import { parseDuration, subtractDuration } from '../datetime/duration.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestStream, StreamOutput } from '../model/stream.ts';
import { declarativeStream } from './declarative-stream.ts';
import { isParentStream, markAsParent } from './parent-streams.ts';
import { plainText } from '../cursors/plain-text.ts';

/**
 * Builds a `StateDelegatingStream`: without a state, or with one from before `api_retention_period`, one stream reads
 * everything; else another reads what has changed. Throws `ConnectorError('configuration')`.
 */
export function stateDelegatingStream(definition: Component, build: Build): ManifestStream {
  const name = plainText(definition['name']);
  const isParent = isParentStream(definition, build);
  const inner = (field: string): Component => {
    const component: Component = { ...(definition[field] as Component), name };
    return isParent ? markAsParent(component) : component;
  };
  const whole = declarativeStream(inner('full_refresh_stream'), build);
  const changesDefinition = inner('incremental_stream');
  const changes = declarativeStream(changesDefinition, build);
  const isTooOld = retentionCheck(definition, changesDefinition, build);
  const chosen = (state: JsonObject | undefined): ManifestStream =>
    state === undefined || isEmptyState(state) || isTooOld(state) ? whole : changes;
  // What the whole stream is given must not make it go on from a state that is too old.
  const stateFor = (state: JsonObject | undefined): JsonObject | undefined =>
    chosen(state) === whole ? undefined : state;
  const cursorField = changes.cursorField ?? whole.cursorField;
  return {
    name,
    primaryKey: changes.primaryKey,
    ...(cursorField !== undefined && { cursorField }),
    schema: () => changes.schema(),
    read: (state, options) =>
      chosen(state) === whole ? lastStateOnly(whole.read(undefined)) : changes.read(state, options),
    begin: (state) => chosen(state).begin(stateFor(state)),
  };
}

/**
 * Any state makes the next read one of the changes alone, so there must be none before everything was read.
 */
async function* lastStateOnly(outputs: AsyncIterable<StreamOutput>): AsyncGenerator<StreamOutput> {
  let last: StreamOutput | undefined;
  for await (const output of outputs) {
    if (output.type === 'state') last = output;
    else yield output;
  }
  if (last) yield last;
}

function retentionCheck(definition: Component, changes: Component, build: Build): (state: JsonObject) => boolean {
  const period = definition['api_retention_period'];
  const cursor = changes['incremental_sync'] as Component | undefined;
  if (typeof period !== 'string' || cursor?.type !== 'DatetimeBasedCursor') return () => false;
  const retention = parseDuration(period);
  const context = { name: plainText(changes['name']), primaryKey: [], schema: () => Promise.resolve({}) };
  const settings = datetimeSettings(cursor, build, context);
  return (state) => {
    const { axis, cursorField } = settings.forRead();
    const { global, states } = partitionedState(state);
    const oldest = subtractDuration({ micros: build.ctx.clock.now() * 1000, offsetMinutes: 0 }, retention).micros;
    const values = global ? [global[cursorField]] : states.map((one) => one.cursor[cursorField]);
    return values.some((value) => {
      const point = axis.parse(value);
      return point === undefined || point < oldest;
    });
  };
}
