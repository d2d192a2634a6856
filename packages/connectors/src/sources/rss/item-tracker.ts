import type { RssConfig } from './config.ts';
import { MOST_TRACKED } from './feed-cursor.ts';
import type { TrackedItem } from './feed-cursor.ts';
import type { FeedItem } from './feed-item.ts';
import { shortHash } from './short-hash.ts';

const DAY_MS = 86_400_000;

/** What the feed says of an item, hashed: by that a change is noticed before its page is asked for. */
const hashOf = (row: FeedItem): string => shortHash(12, JSON.stringify(row));

/** Knows the items of a feed from run to run, as far as the settings need it. */
export class ItemTracker {
  readonly #config: RssConfig;
  readonly #today: number;
  readonly #before: ReadonlyMap<string, TrackedItem>;
  readonly #items = new Map<string, TrackedItem>();

  /** `now` in milliseconds since the epoch. */
  constructor(config: RssConfig, now: number, before: readonly TrackedItem[]) {
    this.#config = config;
    this.#today = Math.floor(now / DAY_MS);
    this.#before = new Map(before.map((item) => [item[0], item]));
  }

  /** Whether an item is past its days: by its date, else by the day on which it was first seen. */
  isExpired(row: FeedItem): boolean {
    return this.#isOld(this.#dayOf(row));
  }

  /** Whether the feed says the same of an item as when it was read. */
  isKnown(row: FeedItem): boolean {
    return this.#before.get(row.id)?.[1] === hashOf(row);
  }

  /** `isDone`: it need not be read again as long as it stays as it is. */
  note(row: FeedItem, isDone: boolean): void {
    this.#items.set(row.id, [row.id, isDone ? hashOf(row) : '', this.#dayOf(row)]);
  }

  /**
   * What a cursor remembers: nothing when the settings do not need it; the items of the feed; and, when items are deleted by
   * age, those that left it. `deletes` are the ones whose days are over, and the oldest of too many.
   */
  settle(): { readonly items?: TrackedItem[]; readonly deletes: readonly string[] } {
    const { keep_days: days, fetch_full_text: fullText } = this.#config;
    if (days === undefined) return { ...(fullText && { items: this.#inFeed().slice(0, MOST_TRACKED) }), deletes: [] };
    const left = [...this.#before.values()].filter(([id]) => !this.#items.has(id));
    const all = [...this.#inFeed(), ...left].toSorted((a, b) => b[2] - a[2]);
    const items = all.filter((item, at) => at < MOST_TRACKED && !this.#isOld(item[2]));
    const kept = new Set(items.map(([id]) => id));
    return { items, deletes: all.filter(([id]) => !kept.has(id)).map(([id]) => id) };
  }

  #inFeed(): TrackedItem[] {
    return [...this.#items.values()];
  }

  #dayOf(row: FeedItem): number {
    const written = row.published_at ?? row.updated_at;
    if (written !== undefined) return Math.floor(Date.parse(written) / DAY_MS);
    return this.#before.get(row.id)?.[2] ?? this.#today;
  }

  #isOld(day: number): boolean {
    const { keep_days: days } = this.#config;
    return days !== undefined && day < this.#today - days;
  }
}
