const DAY_MS = 86_400_000;

/** First day of the window of so many days that ends at `now` (milliseconds since the epoch), as `YYYY-MM-DD` in UTC. */
export const firstDay = (days: number | undefined, now: number): string | undefined =>
  days === undefined ? undefined : new Date(now - days * DAY_MS).toISOString().slice(0, 10);

/** The beginning of a day, as the search wants it: SINCE takes messages of the day itself, BEFORE does not. */
export const dayOf = (day: string): Date => new Date(`${day}T00:00:00.000Z`);
