/** A moment, with the offset that it was written with. */
export interface Instant {
  /**
   * UTC microseconds since the epoch. Exact to the year 2255; later moments are kept to the millisecond, because that is what
   * numbers of this size still hold.
   */
  readonly micros: number;
  /** Minutes east of UTC (seconds of old zones as a fraction); `undefined` when the text named none: such moments are UTC. */
  readonly offsetMinutes: number | undefined;
}
