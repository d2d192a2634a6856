/** How many calls an API takes; times are milliseconds since the epoch. */
export interface CallPolicy {
  /** No call may weigh more. */
  readonly most: number;
  /** Takes a call of that weight and gives 0, or gives the milliseconds until it may be tried again. */
  take(now: number, weight: number): number;
  /** What an answer says: calls that are left, and when the count begins anew. */
  observe(now: number, left: number | undefined, resetAt: number | undefined): void;
}
