/** The longest that an answer can make a stream pause: 30 days. Headers say anything, also numbers beyond all dates. */
export const LONGEST_PAUSE_MS = 30 * 24 * 60 * 60 * 1000;
