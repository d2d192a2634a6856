/** What was done to a source, or what a sync found of it. */
export interface Changes {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}
