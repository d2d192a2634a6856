import type { JsonObject } from '../../kit/json.ts';

/**
 * Holds the states of parents back until the children of all partitions that were given before are read: a parent's record
 * whose children are missing must come again.
 */
export class ParentProgress {
  /** Partitions that are not read yet, in the order in which they were given. */
  readonly #open = new Set<number>();
  /** Different states, each with the first partition that it stands behind. */
  #waiting: { readonly state: JsonObject; readonly partition: number }[] = [];
  #given = 0;
  #newest: JsonObject | undefined;

  /** A partition is given, behind which the parents stand at `state`; the same object means that they did not move. */
  begin(state: JsonObject | undefined): number {
    const partition = this.#given++;
    this.#open.add(partition);
    if (state && state !== this.#newest) {
      this.#newest = state;
      this.#waiting.push({ state, partition });
    }
    return partition;
  }

  /** A partition is read. Returns the newest state that may be kept now; `undefined` leaves it as it was. */
  end(partition: number): JsonObject | undefined {
    this.#open.delete(partition);
    const [earliest = Infinity] = this.#open;
    let ready = 0;
    while (ready < this.#waiting.length && (this.#waiting[ready]?.partition ?? Infinity) < earliest) ready++;
    const state = this.#waiting[ready - 1]?.state;
    this.#waiting = this.#waiting.slice(ready);
    return state;
  }
}
