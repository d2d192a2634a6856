import type { RdfFeed, RssFeed } from 'feedsmith';
import type { Markup, ParsedFeed, ParsedItem } from './parsed-feed.ts';

const html = (value: string | undefined): Markup | undefined =>
  value === undefined ? undefined : { value, isPlain: false };

const named = (values: readonly (string | undefined)[] | undefined): readonly string[] =>
  (values ?? []).filter((value) => value !== undefined);

type RssItem = RssFeed.Item<string>;

/** A guid that says that it is a link is one, when there is no other (RSS 2.0, `isPermaLink`). */
const permalink = ({ guid }: RssItem): string | undefined =>
  guid?.isPermaLink !== false && /^https?:/i.test(guid?.value ?? '') ? guid?.value : undefined;

function authorsOf({ authors, dc }: RssItem): readonly string[] {
  const persons = named(authors?.map(({ name, email }) => name ?? email));
  return persons.length > 0 ? persons : named(dc?.creators);
}

/** Dublin Core's elements, which older feeds use for what RSS has no word for, or for all of it. */
const dublinCore = ({ dc = {} }: Pick<RssItem, 'dc'>) => ({
  title: dc.titles?.[0],
  date: dc.dates?.[0],
  language: dc.languages?.[0],
  subjects: dc.subjects ?? [],
});

const enclosuresOf = ({ enclosures = [] }: RssItem): ParsedItem['enclosures'] =>
  enclosures.flatMap(({ url, type }) => (url === undefined ? [] : [{ url, type }]));

function rssItem(item: RssItem): ParsedItem {
  const core = dublinCore(item);
  const enclosures = enclosuresOf(item);
  const categories = item.categories ?? [];
  return {
    guid: item.guid?.value,
    link: item.link ?? permalink(item) ?? enclosures[0]?.url,
    title: html(item.title ?? core.title),
    summary: html(item.description ?? item.itunes?.summary),
    content: html(item.content?.encoded),
    authors: authorsOf(item),
    categories: named([...categories.map(({ name }) => name), ...core.subjects]),
    published: item.pubDate ?? core.date,
    updated: item.atom?.updated,
    language: core.language,
    enclosures,
  };
}

function rdfItem(item: RdfFeed.Item<string>): ParsedItem {
  const core = dublinCore(item);
  return {
    guid: item.rdf?.about,
    link: item.link ?? item.rdf?.about,
    title: html(item.title),
    summary: html(item.description),
    content: html(item.content?.encoded),
    authors: named(item.dc?.creators),
    categories: core.subjects,
    published: core.date,
    updated: undefined,
    language: core.language,
    enclosures: [],
  };
}

/** RSS 0.9x and 2.0 in shared terms. */
export const fromRss = (feed: RssFeed.Feed<string>): ParsedFeed => ({
  title: html(feed.title),
  base: feed.link,
  language: feed.language,
  items: (feed.items ?? []).map(rssItem),
});

/** RSS 1.0 in shared terms. */
export const fromRdf = (feed: RdfFeed.Feed<string>): ParsedFeed => ({
  title: html(feed.title),
  base: feed.link,
  language: feed.dc?.languages?.[0],
  items: (feed.items ?? []).map(rdfItem),
});
