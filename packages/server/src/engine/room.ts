import type { Counts, StoreSize } from '../collection-store/port.ts';
import { LimitReachedError } from './fault.ts';

/** How much a run may still add to its collection; `Infinity` sets no limit. */
export type Allowance = StoreSize;

/** So many pages may go by between two looks at the size of the file. */
const PAGES_BETWEEN_LOOKS = 32;

/** Watches that a run does not add more than it may. What was committed stays: the run ends at most a page behind the limit. */
export class Room {
  readonly #allowance: Allowance;
  readonly #before: StoreSize;
  readonly #heldBefore: number;
  #pages = 0;

  /** `before` is the size of the collection and `counts` what the job has counted when the run begins. */
  constructor(allowance: Allowance, before: StoreSize, counts: Counts) {
    this.#allowance = allowance;
    this.#before = before;
    this.#heldBefore = counts.inserted - counts.deleted;
  }

  /** Call it after each page that was committed. Throws `LimitReachedError`. */
  async check(counts: Counts, size: () => Promise<StoreSize>): Promise<void> {
    const added = counts.inserted - counts.deleted - this.#heldBefore;
    if (added > 0 && added > this.#allowance.entities) {
      const most = Math.max(0, this.#allowance.entities) + this.#before.entities;
      throw new LimitReachedError(
        `The organization holds as many entities as it may; ${most} of them in this collection. Delete what is not needed, read fewer streams, or ask the operator for more (TRIBUTARY_MAX_ENTITIES).`,
      );
    }
    if (this.#allowance.bytes === Infinity || this.#pages++ % PAGES_BETWEEN_LOOKS !== 0 || added <= 0) return;
    const { bytes } = await size();
    if (bytes - this.#before.bytes > this.#allowance.bytes) {
      throw new LimitReachedError(
        'The organization takes as much disk as it may. Delete what is not needed, read fewer streams, or ask the operator for more (TRIBUTARY_MAX_MEGABYTES).',
      );
    }
  }
}
