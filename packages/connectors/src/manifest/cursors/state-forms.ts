import type { JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/** What a stream that is read whole leaves as its state: nothing is left to read in this job. */
export const COMPLETE_STATE: JsonObject = { __ab_full_refresh_sync_complete: true };

export const isCompleteState = (state: JsonObject | undefined): boolean =>
  state?.['__ab_full_refresh_sync_complete'] === true;

/** A state that says nothing: none, an empty one, or the mark of a stream that had no cursor. */
export const isEmptyState = (state: JsonObject | undefined): boolean =>
  state === undefined || Object.keys(state).every((key) => key.startsWith('__ab_'));

/** The state of one cursor; a stream that had partitions before goes on from the state that held for all of them. */
export function sequentialState(state: JsonObject | undefined, cursorField: string): JsonObject | undefined {
  if (state === undefined || cursorField in state) return state;
  return isJsonObject(state['state']) ? state['state'] : state;
}

/** `{use_global_cursor, states, state, lookback_window, parent_state}` taken apart. */
export interface PartitionedState {
  readonly useGlobal: boolean;
  readonly states: readonly { readonly partition: JsonObject; readonly cursor: JsonObject }[];
  /** What holds for partitions without a state of their own. */
  readonly global: JsonObject | undefined;
  readonly lookbackSeconds: number;
  readonly parentState: JsonObject | undefined;
}

/** Takes the published form apart; a flat state, `{cursor_field: value}`, holds for all partitions. */
export function partitionedState(state: JsonObject | undefined): PartitionedState {
  const parentState = isJsonObject(state?.['parent_state']) ? state['parent_state'] : undefined;
  const nothing = { useGlobal: false, states: [], global: undefined, lookbackSeconds: 0, parentState };
  if (state === undefined || isEmptyState(state)) return nothing;
  if (!('states' in state) && !('state' in state)) return { ...nothing, global: state };
  const lookback = Number(state['lookback_window'] ?? 0);
  return {
    useGlobal: state['use_global_cursor'] === true,
    states: Array.isArray(state['states']) ? state['states'].flatMap(partitionState) : [],
    global: isJsonObject(state['state']) ? state['state'] : undefined,
    lookbackSeconds: Number.isFinite(lookback) ? Math.trunc(lookback) : 0,
    parentState,
  };
}

const partitionState = (entry: unknown): PartitionedState['states'] =>
  isJsonObject(entry) && isJsonObject(entry['partition']) && isJsonObject(entry['cursor'])
    ? [{ partition: entry['partition'], cursor: entry['cursor'] }]
    : [];
