import type { Range } from './ranges.ts';
import type { WindowSettings } from './window-settings.ts';

/** A stretch of the cursor's line that is read by itself. */
export interface Window {
  readonly start: number;
  /** As the request has it, perhaps one granule before the next window begins. */
  readonly end: number;
  /** No record behind this point counts for the state, because another window or another read brings it. */
  readonly limit: number;
}

/**
 * The windows that are still to be read when `known` is: the gaps between known ranges, and what is behind the last of them.
 * Rules of https://docs.airbyte.com/platform/connector-development/config-based/understanding-the-yaml-file/incremental-syncs
 */
export function* windowsBehind(known: readonly Range[], settings: WindowSettings): Generator<Window> {
  const [first] = known;
  const last = known.at(-1);
  if (!first || !last) return;
  if (settings.start < first.start) yield* divide(settings.start, first.start, false, settings);
  for (const [index, range] of known.slice(0, -1).entries()) {
    const next = known[index + 1] as Range;
    yield* divide(settings.granularity?.after(range.end) ?? range.end, next.start, false, settings);
  }
  yield* divide(settings.lookBack(last.end), settings.end, true, settings);
}

/** `isEnd`: nothing comes behind `upper`, so the last window includes it. */
function* divide(from: number, upper: number, isEnd: boolean, settings: WindowSettings): Generator<Window> {
  if (from >= upper || upper < settings.start) return;
  let lower = firstLower(from, settings);
  for (;;) {
    const stepped = settings.step?.(lower) ?? upper;
    const isLast = stepped >= upper;
    const window = windowTo(lower, isLast ? upper : stepped, isLast && isEnd, settings);
    if (!window) return;
    if (!isDegenerate(window, settings)) yield window;
    if (isLast) return;
    // A step that does not move on would never end.
    if (window.limit <= lower) return;
    lower = window.limit;
  }
}

function firstLower(from: number, { start, clamp }: WindowSettings): number {
  const first = Math.max(from, start);
  return clamp?.lower(first) ?? first;
}

function windowTo(lower: number, upper: number, isEnd: boolean, settings: WindowSettings): Window | undefined {
  const limit = isEnd ? upper : (settings.clamp?.upper(upper) ?? upper);
  if (lower >= limit) return undefined;
  return { start: lower, end: isEnd ? limit : (settings.granularity?.before(limit) ?? limit), limit };
}

const isDegenerate = (window: Window, { strict, axis }: WindowSettings): boolean =>
  strict && axis.format(window.start) === axis.format(window.end);
