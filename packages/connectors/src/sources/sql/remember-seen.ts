import type { Seen } from './cursor.ts';

/** Earlier high values that are kept to look back to. */
const MOST_SEEN = 32;

/** Adds what was seen now, and forgets what is not needed to look back `lookbackMs`. */
export function rememberSeen(seen: readonly Seen[], now: Seen | undefined, lookbackMs: number): Seen[] {
  if (!now) return [...seen];
  const all = [...seen, now];
  const firstNeeded = all.findLastIndex((one) => one.at <= now.at - lookbackMs);
  return all.slice(Math.max(0, firstNeeded)).toSpliced(1, Math.max(0, all.length - MOST_SEEN));
}

/** The value that was the highest `lookbackMs` ago, or the oldest that is known; numbers look back to it. */
export const seenBefore = (seen: readonly Seen[], lookbackMs: number, now: number): Seen | undefined =>
  seen.findLast((one) => one.at <= now - lookbackMs) ?? seen[0];
