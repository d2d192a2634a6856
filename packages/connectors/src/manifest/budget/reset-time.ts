/** Numbers above this are seconds since the epoch (2001 and later), below it seconds from now. */
const EPOCH_SECONDS = 1_000_000_000;

/** The time of a reset header, in milliseconds since the epoch: seconds since the epoch, seconds from now, or ISO 8601. */
export function resetTime(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isNaN(seconds)) {
    const date = Date.parse(value);
    return Number.isNaN(date) ? undefined : date;
  }
  return seconds >= EPOCH_SECONDS ? seconds * 1000 : now + seconds * 1000;
}
