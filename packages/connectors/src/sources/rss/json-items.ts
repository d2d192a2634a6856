import type { JsonFeed } from 'feedsmith';
import type { Markup, ParsedFeed, ParsedItem } from './parsed-feed.ts';

const plain = (value: string | undefined): Markup | undefined =>
  value === undefined ? undefined : { value, isPlain: true };

function jsonItem(item: JsonFeed.Item<string>): ParsedItem {
  const { content_html: html } = item;
  return {
    guid: item.id,
    link: item.url ?? item.external_url,
    title: plain(item.title),
    summary: plain(item.summary),
    content: html === undefined ? plain(item.content_text) : { value: html, isPlain: false },
    authors: (item.authors ?? []).flatMap(({ name }) => name ?? []),
    categories: item.tags ?? [],
    published: item.date_published,
    updated: item.date_modified,
    language: item.language,
    enclosures: (item.attachments ?? []).flatMap(({ url, mime_type: type }) =>
      url === undefined ? [] : [{ url, type }],
    ),
  };
}

/** JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org) in shared terms. */
export const fromJson = (feed: JsonFeed.Feed<string>): ParsedFeed => ({
  title: plain(feed.title),
  base: feed.home_page_url,
  language: feed.language,
  items: (feed.items ?? []).map(jsonItem),
});
