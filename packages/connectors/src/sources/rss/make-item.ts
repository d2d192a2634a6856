import { redactUrl } from '../../kit/redact-text.ts';
import { parseDate } from '../web/parse-date.ts';
import type { FeedItem } from './feed-item.ts';
import type { ParsedFeed, ParsedItem } from './parsed-feed.ts';
import { plainText } from './plain-text.ts';
import { shortHash } from './short-hash.ts';

const LONGEST_FIELD = 2_000;
const MOST_LISTED = 50;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_FIELD);

const field = <N extends string>(name: N, value: string | undefined): Partial<Record<N, string>> =>
  value === undefined || value === '' ? {} : ({ [name]: value } as Record<N, string>);

const date = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

function webAddress(href: string | undefined, base: string): string | undefined {
  const url = href === undefined ? null : URL.parse(href.trim(), base);
  return url !== null && /^https?:$/.test(url.protocol) && url.href.length <= LONGEST_FIELD ? url.href : undefined;
}

/** What tells an item from the others of its feed: its name, else its link, else what it says. */
function identityOf({ guid, link, title, content, summary, published }: ParsedItem): readonly string[] {
  if (guid !== undefined && guid !== '') return ['guid', guid];
  if (link !== undefined && link !== '') return ['link', link];
  return ['words', title?.value ?? '', published ?? '', (content ?? summary)?.value ?? ''];
}

/** The record of an item. `feedUrl` is the address in the settings, `base` where the feed was found. */
export function makeItem(feedUrl: string, base: string, feed: ParsedFeed, item: ParsedItem): FeedItem {
  const home = webAddress(feed.base, base) ?? base;
  const list = (values: readonly string[]): string[] =>
    [...new Set(values.map(oneLine).filter((value) => value !== ''))].slice(0, MOST_LISTED);
  const text = plainText(item.content);
  return {
    id: shortHash(32, feedUrl, ...identityOf(item)),
    feed: redactUrl(new URL(feedUrl)),
    ...field('feed_title', oneLine(plainText(feed.title))),
    ...field('guid', item.guid?.slice(0, LONGEST_FIELD)),
    ...field('url', webAddress(item.link, home)),
    ...field('title', oneLine(plainText(item.title))),
    authors: list(item.authors),
    categories: list(item.categories),
    ...field('language', item.language ?? feed.language),
    ...field('published_at', date(parseDate(item.published))),
    ...field('updated_at', date(parseDate(item.updated))),
    enclosures: item.enclosures.slice(0, MOST_LISTED).flatMap(({ url, type }) => {
      const address = webAddress(url, home);
      return address === undefined ? [] : [{ url: address, ...field('type', type) }];
    }),
    text: text === '' ? plainText(item.summary) : text,
  };
}
