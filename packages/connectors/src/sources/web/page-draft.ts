import type { Page, RecordFailure } from '../../kit/page.ts';
import type { WebCursor } from './crawl-memory.ts';
import type { WebPage } from './web-page.ts';

const MOST_NAMED = 25;
const MOST_TEXT = 4_000_000;

/** Collects what the next page of records will hold, and knows which keys the crawl has named so far. */
export class PageDraft {
  readonly named = new Set<string>();
  #upserts: WebPage[] = [];
  #present: string[] = [];
  #failures: RecordFailure[] = [];
  #text = 0;

  upsert(row: WebPage): void {
    this.named.add(row.url);
    this.#upserts.push(row);
    this.#text += row.text.length;
  }

  keep(key: string): void {
    this.named.add(key);
    this.#present.push(key);
  }

  fail(failure: RecordFailure): void {
    this.#failures.push(failure);
  }

  get isFull(): boolean {
    const named = this.#upserts.length + this.#present.length / 10 + this.#failures.length;
    return named >= MOST_NAMED || this.#text >= MOST_TEXT;
  }

  /** Hands over what was collected. */
  take(): Page<WebPage, WebCursor> {
    const page = { upserts: this.#upserts, present: this.#present, failures: this.#failures };
    this.#upserts = [];
    this.#present = [];
    this.#failures = [];
    this.#text = 0;
    return page;
  }
}
