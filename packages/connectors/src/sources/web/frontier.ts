import type { RememberedPage } from './crawl-memory.ts';
import type { Validator } from './validator.ts';

/** An address on the way from being found to being read. */
export interface Discovery {
  readonly address: string;
  readonly parent: string | undefined;
  readonly depth: number;
  /** Redirects on the way here, one after the other. */
  readonly hops: number;
  /** Date of the page in a sitemap, milliseconds since the epoch. */
  readonly lastmod: number | undefined;
}

/**
 * The addresses of one crawl in the order in which they were found, which is the order in which they are asked for. It takes
 * no more than the crawl may ask for, so its memory is bounded whatever the site makes up.
 */
export class Frontier {
  readonly #most: number;
  readonly #found = new Map<string, Discovery>();
  readonly #read = new Map<string, { readonly validator: Validator | undefined; readonly key: string | undefined }>();
  readonly #waiting: Discovery[] = [];
  #next = 0;
  /** Something was left out because the crawl is full. */
  isCapped = false;

  constructor(most: number) {
    this.#most = most;
  }

  add(discovery: Discovery): void {
    if (this.#found.has(discovery.address)) return;
    if (this.isFull) {
      this.isCapped = true;
      return;
    }
    this.#found.set(discovery.address, discovery);
    this.#waiting.push(discovery);
  }

  get size(): number {
    return this.#found.size;
  }

  get isFull(): boolean {
    return this.#found.size >= this.#most;
  }

  has(address: string): boolean {
    return this.#found.has(address);
  }

  /** The next addresses to ask for, `most` at most; none when the crawl is through. */
  take(most: number): readonly Discovery[] {
    const taken = this.#waiting.slice(this.#next, this.#next + most);
    this.#next += taken.length;
    return taken;
  }

  /** Notes that a page was read: how to ask for it again, and the record it gave. */
  note(address: string, validator: Validator | undefined, key: string | undefined): void {
    this.#read.set(address, { validator, key });
  }

  /** Every address so far, parents before children. */
  remember(): RememberedPage[] {
    return [...this.#found.values()].map(({ address, parent, depth, lastmod }) => {
      const { validator, key } = this.#read.get(address) ?? {};
      return {
        address,
        ...(parent !== undefined && { parent }),
        depth,
        ...(validator && { validator }),
        ...(key !== undefined && { key }),
        ...(lastmod !== undefined && { lastmod }),
      };
    });
  }
}
