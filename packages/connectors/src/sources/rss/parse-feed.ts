import { parseFeed as parse } from 'feedsmith';
import { fromAtom } from './atom-items.ts';
import { fromJson } from './json-items.ts';
import type { ParsedFeed } from './parsed-feed.ts';
import { fromRdf, fromRss } from './rss-items.ts';

/** Newer items come first in every feed; what is beyond is an archive. */
const MOST_ITEMS = 2_000;

/** A feed that lacks the end of its outermost element was cut off on the way; its parser would not mind. */
const END = /<\/(?:[\w-]+:)?(?:rss|feed|rdf)\s*>/i;
const TAIL = 5_000;

const isWhole = (text: string): boolean => /^\s*\{/.test(text) || END.test(text.slice(-TAIL));

function parsed(text: string): ParsedFeed {
  const read = parse(text, { maxItems: MOST_ITEMS });
  switch (read.format) {
    case 'rss':
      return fromRss(read.feed as Parameters<typeof fromRss>[0]);
    case 'rdf':
      return fromRdf(read.feed as Parameters<typeof fromRdf>[0]);
    case 'atom':
      return fromAtom(read.feed as Parameters<typeof fromAtom>[0]);
    case 'json':
      return fromJson(read.feed as Parameters<typeof fromJson>[0]);
  }
}

/**
 * Reads RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed; `undefined` when it is none of them, broken or cut off. Entities beside
 * those of XML and HTML are not expanded, and nothing is fetched.
 */
export function parseFeed(text: string): ParsedFeed | undefined {
  if (!isWhole(text)) return undefined;
  try {
    return parsed(text);
  } catch {
    return undefined;
  }
}
