/** A part of the cursor's line that was read. */
export interface Range {
  readonly start: number;
  readonly end: number;
  /** The highest cursor value of a record in it. */
  readonly latest: number | undefined;
}

/** Joins ranges that overlap or are neighbours; the result is in order and disjoint. `neighbour` gives the next point. */
export function joinRanges(ranges: readonly Range[], neighbour: (point: number) => number): Range[] {
  const joined: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = joined.at(-1);
    if (last && neighbour(last.end) >= range.start) {
      joined[joined.length - 1] = {
        start: last.start,
        end: Math.max(last.end, range.end),
        latest: highest(last.latest, range.latest),
      };
    } else joined.push(range);
  }
  return joined;
}

/** The higher of two points, of which either may be missing. */
export function highest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
