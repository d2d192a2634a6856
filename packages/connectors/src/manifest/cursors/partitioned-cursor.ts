import type { Clock, Logger } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { PartitionRouter, PartitionWalk } from '../model/stream.ts';
import { knownRanges, knownUpTo } from './known-ranges.ts';
import { ParentProgress } from './parent-progress.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { highest } from './ranges.ts';
import { RecordPoints } from './record-points.ts';
import { partitionedState } from './state-forms.ts';
import type { StreamCursor } from './stream-cursor.ts';
import { WindowCursor } from './window-cursor.ts';
import type { WindowSettings } from './window-settings.ts';

/** With more partitions than this one state holds for all of them, as in Airbyte's own interpreter. */
export const MOST_PARTITION_STATES = 10_000;

/** Of those that are read, when one state holds for all. */
const MOST_PARTITIONS_IN_MEMORY = 25_000;

/**
 * Our own addition to the form, in states of a read that has not ended: the highest record so far, which a read that goes on from
 * there would not see again. Others ignore it.
 */
const REACHED = 'reached_so_far';

export interface PartitionedCursorOptions {
  readonly settings: WindowSettings;
  readonly router: PartitionRouter;
  readonly state: JsonObject | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: string;
  /** Milliseconds between two states. */
  readonly stateIntervalMs: number;
  /** `global_substream_cursor`: one state for all partitions from the beginning. */
  readonly useGlobal: boolean;
  readonly mostStates?: number;
}

interface PartitionEntry {
  readonly key: string;
  readonly partition: JsonObject;
  readonly cursor: WindowCursor;
  /** Its place among the partitions given in this read; absent before. */
  place?: number;
  openWindows: number;
}

/**
 * A state for each partition, one for all partitions that have none, and the states of parents; the published form of
 * https://docs.airbyte.com/platform/connector-development/config-based/advanced-topics/per-partition-incremental
 */
export class PartitionedCursor implements StreamCursor {
  readonly #options: PartitionedCursorOptions;
  readonly #settings: WindowSettings;
  readonly #points: RecordPoints;
  readonly #entries = new Map<string, PartitionEntry>();
  readonly #bySlice = new Map<StreamSlice, PartitionEntry>();
  readonly #parents = new ParentProgress();
  #walk: PartitionWalk | undefined;
  #useGlobal: boolean;
  /** What holds for partitions without a state; moves on when all partitions are read. */
  #global: number | undefined;
  /** The highest record of this read, in any partition. */
  #highest: number | undefined;
  #lookbackSeconds: number;
  #parentState: JsonObject | undefined;
  #openPartitions = 0;
  #startedAt = 0;
  #stateKeptAt = -Infinity;
  #isComplete = false;

  /** Throws `ConnectorError('cursor_expired')` when the state has a value that none of the cursor's formats reads. */
  constructor(options: PartitionedCursorOptions) {
    const { settings, log, stream } = options;
    this.#options = options;
    this.#settings = settings;
    this.#points = new RecordPoints(settings, log, stream);
    const state = partitionedState(options.state);
    this.#useGlobal = options.useGlobal || state.useGlobal;
    this.#lookbackSeconds = state.lookbackSeconds;
    this.#parentState = state.parentState;
    if (state.global && (settings.cursorField in state.global || 'slices' in state.global)) {
      this.#global = new WindowCursor(settings, knownRanges(state.global, settings)).value;
    }
    const reached = options.state?.[REACHED];
    if (reached !== undefined) this.#highest = settings.axis.parse(reached);
    // What a state for all says of single partitions beside that is from before, and may be wrong either way.
    const own = state.useGlobal && this.#global !== undefined ? [] : state.states;
    for (const { partition, cursor } of own) this.#enter(partition, knownRanges(cursor, settings));
  }

  async *slices(): AsyncGenerator<StreamSlice> {
    this.#startedAt = this.#options.clock.now();
    const { router, state } = this.#options;
    this.#walk = router.walk?.(state);
    for await (const { partition, extraFields } of this.#walk ?? router.partitions()) {
      if (this.#entries.size > (this.#options.mostStates ?? MOST_PARTITION_STATES)) this.#useGlobal = true;
      const key = canonicalJson(partition);
      const entry = this.#entries.get(key) ?? this.#enter(partition, this.#knownOfNew());
      // The same partition again, by another record of a parent: its records are the same.
      if (entry.place !== undefined) continue;
      entry.place = this.#parents.begin(this.#walk?.parentState());
      const windows = entry.cursor.windows();
      entry.openWindows = windows.length;
      this.#openPartitions++;
      if (windows.length === 0) this.#closePartition(entry);
      for (const cursorSlice of windows) {
        const slice: StreamSlice = { partition, cursorSlice, extraFields };
        this.#bySlice.set(slice, entry);
        yield slice;
      }
    }
  }

  #enter(partition: JsonObject, known: ReturnType<typeof knownRanges>): PartitionEntry {
    const key = canonicalJson(partition);
    const entry = { key, partition, cursor: new WindowCursor(this.#settings, known), openWindows: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  #knownOfNew(): ReturnType<typeof knownRanges> {
    if (this.#global === undefined) return knownUpTo(this.#settings.start, this.#settings);
    return knownUpTo(this.#settings.lookBackSeconds(this.#global, this.#lookbackSeconds), this.#settings);
  }

  observe(record: MutableRecord, slice: StreamSlice): void {
    const point = this.#points.of(record);
    if (point === undefined) return;
    this.#highest = highest(this.#highest, point);
    this.#bySlice.get(slice)?.cursor.observe(slice.cursorSlice, point);
  }

  close(slice: StreamSlice): void {
    const entry = this.#bySlice.get(slice);
    if (!entry) return;
    this.#bySlice.delete(slice);
    entry.cursor.close(slice.cursorSlice);
    entry.openWindows--;
    if (entry.openWindows === 0) this.#closePartition(entry);
  }

  #closePartition(entry: PartitionEntry): void {
    this.#openPartitions--;
    this.#parentState = this.#parents.end(entry.place ?? 0) ?? this.#parentState;
    // Its own state is never asked for again; without a bound, millions of partitions would fill the memory.
    if (this.#useGlobal && this.#entries.size > MOST_PARTITIONS_IN_MEMORY) this.#entries.delete(entry.key);
  }

  finish(): void {
    if (this.#openPartitions > 0) return;
    this.#isComplete = true;
    const reached = this.#reached();
    // A read that brought nothing leaves the state for all partitions and the time to look back as they are.
    if (reached !== undefined) {
      this.#global = reached;
      this.#lookbackSeconds = Math.max(1, Math.ceil((this.#options.clock.now() - this.#startedAt) / 1000));
    }
    this.#parentState = this.#walk?.parentState() ?? this.#parentState;
  }

  /**
   * How far all partitions together have come, when this read, or one that was cut off before it, brought records. The
   * partitions' own values count too, so that a read in two parts ends where one in one part would.
   */
  #reached(): number | undefined {
    const before = Math.max(this.#global ?? -Infinity, this.#settings.start);
    let reached = this.#highest;
    if (!this.#useGlobal) {
      for (const { cursor } of this.#entries.values()) {
        if (cursor.value > before) reached = highest(reached, cursor.value);
      }
    }
    return reached === undefined ? undefined : highest(reached, this.#global);
  }

  state(): JsonObject {
    this.#stateKeptAt = this.#options.clock.now();
    const { axis, cursorField } = this.#settings;
    return {
      use_global_cursor: this.#useGlobal,
      ...(!this.#useGlobal && {
        states: Array.from(this.#entries.values(), ({ partition, cursor }) => ({ partition, cursor: cursor.state() })),
      }),
      ...(this.#global !== undefined && { state: { [cursorField]: axis.format(this.#global) } }),
      lookback_window: this.#lookbackSeconds,
      ...(this.#useGlobal &&
        !this.#isComplete &&
        this.#highest !== undefined && { [REACHED]: axis.format(this.#highest) }),
      ...(this.#parentState && { parent_state: this.#parentState }),
    };
  }

  isStateDue(): boolean {
    // One state for all says nothing new before the end, but for the parents.
    if (this.#useGlobal && (!this.#parentState || Object.keys(this.#parentState).length === 0)) return false;
    return this.#options.clock.now() - this.#stateKeptAt > this.#options.stateIntervalMs;
  }

  wants(record: MutableRecord, slice: StreamSlice): boolean {
    const point = this.#points.of(record);
    if (point === undefined) return true;
    return !this.#isPast(point, slice) && point <= this.#settings.latest();
  }

  isPast(record: MutableRecord, slice: StreamSlice): boolean {
    const point = this.#points.of(record);
    return point !== undefined && this.#isPast(point, slice);
  }

  #isPast(point: number, slice: StreamSlice): boolean {
    return this.#bySlice.get(slice)?.cursor.isPast(point) ?? false;
  }

  rest(slice: StreamSlice, record: MutableRecord): StreamSlice {
    return this.#points.rest(slice, record);
  }
}
