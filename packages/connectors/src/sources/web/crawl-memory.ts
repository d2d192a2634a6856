import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { Validator } from './validator.ts';

/** What is remembered of an address that a crawl came by. */
export interface RememberedPage {
  readonly address: string;
  /** The address whose page led here first; absent for start addresses and those of sitemaps. */
  readonly parent?: string;
  /** Links away from where the crawl began. */
  readonly depth: number;
  /** Set when the page was read and its links were taken: it may be asked for conditionally. */
  readonly validator?: Validator;
  /** The key of the record that it gave. */
  readonly key?: string;
  /** Its date in a sitemap, milliseconds since the epoch. */
  readonly lastmod?: number;
}

/**
 * Where a crawl stands. Conditional requests need a validator for every page, and an unchanged page does not tell its links
 * again; so the cursor holds one line for every address (see README), deflated, and nothing at all when that grows too large.
 */
export const WebCursor = z.object({
  /** Fingerprint of the settings that decide what is asked for and kept. */
  rules: z.string().max(100),
  /** When the crawl began, milliseconds since the epoch. */
  startedAt: z.number(),
  /** The crawl left addresses out because it had asked for `max_pages`. */
  capped: z.boolean(),
  /** The crawl came to its end. */
  ended: z.boolean(),
  pages: z.string().max(400_000),
});

export type WebCursor = z.output<typeof WebCursor>;

/** About 5,000 pages with a tag each. */
const MOST_CURSOR_TEXT = 256 * 1024;
const MOST_UNPACKED_BYTES = 64 * 1024 * 1024;

/** A page as it is packed; what is missing is empty or -1. */
const Line = z.tuple([
  z.url().describe('address'),
  z.int().describe('place of the parent'),
  z.int().describe('depth'),
  z.string().describe('tag'),
  z.string().describe('Last-Modified'),
  z.string().describe('key, SAME for the address itself'),
  z.number().describe('date in a sitemap'),
]);
type Line = z.output<typeof Line>;

const SAME = '=';

function lineOf(page: RememberedPage, places: ReadonlyMap<string, number>): Line {
  const { address, parent = '', depth, validator, key = '', lastmod = -1 } = page;
  const { etag = '', modified = '' } = validator ?? {};
  return [address, places.get(parent) ?? -1, depth, etag, modified, key === address ? SAME : key, lastmod];
}

const present = <K extends string>(name: K, value: string): Partial<Record<K, string>> =>
  value === '' ? {} : ({ [name]: value } as Record<K, string>);

function pageOf([address, place, depth, etag, modified, key, lastmod]: Line, lines: readonly Line[]): RememberedPage {
  const parent = lines[place]?.[0] ?? '';
  const validator = { ...present('etag', etag), ...present('modified', modified) };
  return {
    address,
    ...present('parent', parent),
    depth,
    ...(Object.keys(validator).length > 0 && { validator }),
    ...present('key', key === SAME ? address : key),
    ...(lastmod >= 0 && { lastmod }),
  };
}

/** Whether the page was read when it was last asked for, as far as what is remembered can tell. */
export const wasRead = (page: RememberedPage): boolean => page.key !== undefined || page.validator !== undefined;

/** The pages as one text that `unpackPages` takes apart; empty when it would be too long for a cursor. */
export function packPages(pages: readonly RememberedPage[]): string {
  const places = new Map(pages.map((page, place) => [page.address, place]));
  const packed = deflateRawSync(JSON.stringify(pages.map((page) => lineOf(page, places)))).toString('base64');
  return packed.length > MOST_CURSOR_TEXT ? '' : packed;
}

/** The pages of a cursor; none when they are not what `packPages` makes, and the site is then read as if it were new. */
export function unpackPages(packed: string): readonly RememberedPage[] {
  if (packed === '') return [];
  try {
    const json = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_UNPACKED_BYTES }).toString();
    const lines = z.array(Line).parse(JSON.parse(json));
    return lines.map((line) => pageOf(line, lines));
  } catch {
    return [];
  }
}
