import { isDeepStrictEqual } from 'node:util';
import type { StreamShape } from '@tributary/connectors/manifest/connector/state-shapes';

/** What another version of a connector does to one stream of it. */
export interface StreamChange {
  readonly stream: string;
  /**
   * `state_kept`: syncs go on where they stopped. `state_dropped`: the next sync reads the stream from its start. `gone`: the
   * stream is not read any more.
   */
  readonly change: 'added' | 'gone' | 'state_kept' | 'state_dropped';
  /** Why, in words for people. */
  readonly reason: string;
}

const words = (paths: StreamShape['primaryKey']): string =>
  paths.length === 0 ? 'none' : paths.map((path) => path.join('.')).join(', ');

function dropReasons(before: StreamShape, after: StreamShape): readonly string[] {
  const reasons: string[] = [];
  if (!isDeepStrictEqual(before.primaryKey, after.primaryKey))
    reasons.push(`its key was ${words(before.primaryKey)} and is ${words(after.primaryKey)}`);
  if (before.cursorField !== after.cursorField)
    reasons.push(`its cursor field was ${before.cursorField ?? 'none'} and is ${after.cursorField ?? 'none'}`);
  if (!isDeepStrictEqual(before.partitionedBy, after.partitionedBy)) reasons.push('it is divided in another way');
  return reasons;
}

/** Compares two versions of a connector, stream by stream, in the order of the newer one. */
export function streamChanges(before: readonly StreamShape[], after: readonly StreamShape[]): readonly StreamChange[] {
  const known = new Map(before.map((shape) => [shape.name, shape]));
  const names = new Set(after.map(({ name }) => name));
  const kept = after.map((shape): StreamChange => {
    const older = known.get(shape.name);
    if (!older) return { stream: shape.name, change: 'added', reason: 'it is new' };
    const reasons = dropReasons(older, shape);
    if (reasons.length === 0)
      return { stream: shape.name, change: 'state_kept', reason: 'key and cursor are as before' };
    return { stream: shape.name, change: 'state_dropped', reason: reasons.join('; ') };
  });
  const gone = before
    .filter(({ name }) => !names.has(name))
    .map(({ name }): StreamChange => ({ stream: name, change: 'gone', reason: 'the manifest has it no more' }));
  return [...kept, ...gone];
}
