import type { AtomFeed } from 'feedsmith';
import type { Markup, ParsedFeed, ParsedItem } from './parsed-feed.ts';

type Entry = AtomFeed.Entry<string>;

/** RFC 4287 §3.1.1: `text` is plain and the default. */
const markup = (text: { readonly value?: string; readonly type?: string } | undefined): Markup | undefined =>
  text?.value === undefined ? undefined : { value: text.value, isPlain: !/html/i.test(text.type ?? 'text') };

const linkOf = (links: Entry['links'], relation: string): string | undefined =>
  links?.find(({ rel = 'alternate' }) => rel === relation)?.href;

const resolved = (href: string | undefined, base: string | undefined): string | undefined =>
  href === undefined || base === undefined ? href : (URL.parse(href, base)?.href ?? href);

function atomItem(entry: Entry): ParsedItem {
  const enclosures = (entry.links ?? []).filter(({ rel }) => rel === 'enclosure');
  return {
    guid: entry.id,
    link: resolved(linkOf(entry.links, 'alternate') ?? entry.content?.src, entry.xml?.base),
    title: markup(entry.title),
    summary: markup(entry.summary),
    content: markup(entry.content),
    authors: (entry.authors ?? []).flatMap(({ name, email }) => name ?? email ?? []),
    categories: (entry.categories ?? []).flatMap(({ label, term }) => label ?? term ?? []),
    published: entry.published ?? entry.updated,
    updated: entry.updated,
    language: entry.xml?.lang,
    enclosures: enclosures.flatMap(({ href, type }) => (href === undefined ? [] : [{ url: href, type }])),
  };
}

/** Atom 0.3 and 1.0 in shared terms. */
export const fromAtom = (feed: AtomFeed.Feed<string>): ParsedFeed => ({
  title: markup(feed.title),
  base: feed.xml?.base ?? linkOf(feed.links, 'self'),
  language: feed.xml?.lang,
  items: (feed.entries ?? []).map(atomItem),
});
