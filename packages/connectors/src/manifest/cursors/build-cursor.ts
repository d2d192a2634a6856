import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RequestPartsProvider } from '../model/request.ts';
import type { PartitionRouter } from '../model/stream.ts';
import { customPart } from '../model/custom-part.ts';
import { countSettings } from './build-count-settings.ts';
import { datetimeSettings } from './build-datetime-settings.ts';
import { cursorRequestParts, windowOption } from './cursor-request-parts.ts';
import type { WindowOption } from './cursor-request-parts.ts';
import { ListingCursor } from './listing-cursor.ts';
import { PagedCursor } from './paged-cursor.ts';
import { PartitionedCursor } from './partitioned-cursor.ts';
import { positionKeeping } from './position-keeping.ts';
import { NO_POSITION } from './read-position.ts';
import type { ReadPosition } from './read-position.ts';
import type { StreamCursor } from './stream-cursor.ts';
import { WholeCursor } from './whole-cursor.ts';
import type { WindowSettingsSource } from './window-settings.ts';

/** The `incremental_sync` of a stream, compiled; also for streams that have none. */
export interface CursorSource {
  readonly cursorField?: string;
  /** Its parts of requests (`start_time_option`, …). */
  readonly providers: readonly RequestPartsProvider[];
  /** The newest records come first: pages end where what is known begins. */
  readonly isFeed: boolean;
  /** Records outside of what is asked for are dropped. */
  readonly filters: boolean;
  /** A cursor for one read. With `position` its states have positions, and it goes on from this one. Throws `ConnectorError`. */
  begin(state: JsonObject | undefined, position?: ReadPosition): StreamCursor;
}

const USUAL_STATE_INTERVAL_MS = 600_000;
/** The first position of a read is kept at once, then one each time that so much time has passed. */
const POSITION_INTERVAL_MS = 10_000;
/**
 * Later, a source is not asked for pages that it told of so long ago, nor only for what there was then. With partitions that is
 * sooner: one that fails again and again would keep the others from what is new.
 */
const OLDEST_POSITION_MS = { whole: 24 * 3_600_000, divided: 2 * 3_600_000 };

/** Whether the cursor decides which records are wanted (`is_client_side_incremental`, `is_data_feed`). */
export const filtersByCursor = (definition: Component | undefined): boolean =>
  definition?.['is_client_side_incremental'] === true || definition?.['is_data_feed'] === true;

/** Builds what divides a stream for each read and keeps its state. Throws `ConnectorError('configuration')`. */
export function buildCursor(
  definition: Component | undefined,
  build: Build,
  stream: StreamContext,
  router: PartitionRouter | undefined,
): CursorSource {
  if (!definition) return listing(build, router);
  if (definition.type === 'CustomIncrementalSync') return customPart<CursorSource>(definition, build, stream);
  const settings = settingsOf(definition, build, stream);
  const { clock, log } = build.ctx;
  const useGlobal = definition['global_substream_cursor'] === true;
  const stateIntervalMs = build.stateIntervalMs ?? USUAL_STATE_INTERVAL_MS;
  return {
    cursorField: settings.cursorField,
    providers: [cursorRequestParts(windowOptions(definition, settings, build))],
    isFeed: definition['is_data_feed'] === true,
    filters: filtersByCursor(definition),
    begin(state, position) {
      const now = clock.now();
      const oldest = OLDEST_POSITION_MS[router ? 'divided' : 'whole'];
      const isFresh = position?.span !== undefined && now - position.span.begunAt < oldest;
      // Slices are the same only for a read that asks for the same: it ends where the earlier one would have ended.
      const { begunAt = now, ...span } = isFresh ? position.span : {};
      const windows = { ...settings.forRead(), ...span };
      const common = { settings: windows, state, log, stream: stream.name };
      const cursor = router
        ? new PartitionedCursor({ ...common, router, clock, stateIntervalMs, useGlobal })
        : new WholeCursor(common);
      if (!position) return cursor;
      const { start, end } = windows;
      const from = { ...(isFresh ? position : NO_POSITION), span: { start, end, begunAt } };
      return new PagedCursor(cursor, from, positionKeeping(build, router ? stateIntervalMs : POSITION_INTERVAL_MS));
    },
  };
}

const listing = (build: Build, router: PartitionRouter | undefined): CursorSource => ({
  providers: [],
  isFeed: false,
  filters: false,
  begin: (state, position) =>
    new ListingCursor(router, state, position && positionKeeping(build, POSITION_INTERVAL_MS), position),
});

function settingsOf(definition: Component, build: Build, stream: StreamContext): WindowSettingsSource {
  if (definition.type === 'DatetimeBasedCursor') return datetimeSettings(definition, build, stream);
  if (definition.type === 'IncrementingCountCursor') return countSettings(definition, build);
  throw new ConnectorError('configuration', `Stream "${stream.name}" has an \`incremental_sync\` of no known type.`);
}

const windowOptions = (
  definition: Component,
  { startField, endField }: WindowSettingsSource,
  build: Build,
): readonly WindowOption[] => [
  ...windowOption(definition, 'start_time_option', startField, build),
  ...windowOption(definition, 'start_value_option', startField, build),
  ...windowOption(definition, 'end_time_option', endField, build),
];
