import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { HttpResponse } from '../../kit/http-client.ts';
import { redactUrl, snippet } from '../../kit/redact-text.ts';
import { decodeMarkup } from '../web/decode-markup.ts';
import { outlinePage } from '../web/page-outline.ts';
import type { RssConfig } from './config.ts';
import type { FeedCursor } from './feed-cursor.ts';
import { parseFeed } from './parse-feed.ts';
import type { ParsedFeed } from './parsed-feed.ts';

export type RssContext = ConnectorContext<RssConfig>;

export type FeedAnswer =
  | { readonly type: 'unchanged' }
  | {
      readonly type: 'feed';
      readonly feed: ParsedFeed;
      /** Where it was found, when that is not the address in the settings. */
      readonly address: string | undefined;
      /** What its relative addresses are relative to. */
      readonly base: string;
      readonly etag: string | undefined;
      readonly modified: string | undefined;
    };

const MOST_BYTES = 10_000_000;
const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1';

type Found = HttpResponse | 'missing';

async function ask(ctx: RssContext, address: string, since: FeedCursor | undefined): Promise<Found> {
  const response = await ctx.http.request({
    url: address,
    headers: {
      accept: ACCEPT,
      ...(since?.etag !== undefined && { 'if-none-match': since.etag }),
      ...(since?.modified !== undefined && { 'if-modified-since': since.modified }),
    },
    accept: since ? [304, 404, 410] : [404, 410],
    maxBytes: MOST_BYTES,
  });
  if (response.status === 410) {
    const words = `The feed ${redactUrl(new URL(address))} is gone for good (410); take it out of urls.`;
    throw new ConnectorError('configuration', words);
  }
  return response.status === 404 ? 'missing' : response;
}

const textOf = (response: HttpResponse): string => decodeMarkup(response.bytes(), response.headers['content-type']);

/** Many servers send feeds as pages; a broken feed is still no page. */
const BEGINS_AS_FEED = /^\s*(?:<\?xml[^>]*>)?\s*(?:<!--[^>]*-->\s*)?<(?:[\w-]+:)?(?:rss|feed|rdf)[\s>]/i;
const BEGINS_AS_PAGE = /^\s*(?:<\?xml[^>]*>)?\s*<(?:!doctype html|html)/i;

function isPage(response: HttpResponse, text: string): boolean {
  const head = text.slice(0, 1_000);
  return (
    !BEGINS_AS_FEED.test(head) && (BEGINS_AS_PAGE.test(head) || /html/i.test(response.headers['content-type'] ?? ''))
  );
}

function missing(address: string): ConnectorError {
  return new ConnectorError('configuration', `There is no feed at ${redactUrl(new URL(address))} (404); correct urls.`);
}

function broken(address: string, text: string): ConnectorError {
  const begins = text.trim() === '' ? 'it is empty' : `it begins with: ${snippet(text)}`;
  return new ConnectorError(
    'invalid_answer',
    `${redactUrl(new URL(address))} is no feed that can be read, or it breaks off; ${begins}`,
  );
}

function feedAnswer(response: HttpResponse, address: string, text: string, isNamed: boolean): FeedAnswer {
  const feed = parseFeed(text);
  if (!feed) throw broken(address, text);
  return {
    type: 'feed',
    feed,
    address: isNamed ? address : undefined,
    base: response.url,
    etag: response.headers['etag'],
    modified: response.headers['last-modified'],
  };
}

/** Asks the address in the settings; a page is asked for the feed that it names first. */
async function askSettings(ctx: RssContext, url: string, since: FeedCursor | undefined): Promise<FeedAnswer> {
  const response = await ask(ctx, url, since);
  if (response === 'missing') throw missing(url);
  if (response.status === 304) return { type: 'unchanged' };
  const text = textOf(response);
  if (!isPage(response, text) || parseFeed(text)) return feedAnswer(response, url, text, false);
  const [named] = outlinePage(text).feeds;
  const address = named === undefined ? undefined : URL.parse(named, response.url)?.href;
  if (address === undefined) {
    throw new ConnectorError(
      'configuration',
      `${redactUrl(new URL(url))} is a page that names no feed; give the feed's address.`,
    );
  }
  const found = await ask(ctx, address, undefined);
  if (found === 'missing') throw missing(address);
  return feedAnswer(found, address, textOf(found), true);
}

/**
 * Asks for a feed, only if it changed since a cursor. Throws `ConnectorError`: `configuration` (gone, missing, a page without
 * a feed), `invalid_answer` (broken), and what HTTP throws.
 */
export async function askFeed(ctx: RssContext, url: string, since: FeedCursor | undefined): Promise<FeedAnswer> {
  if (since?.address === undefined) return await askSettings(ctx, url, since);
  // The page may have moved its feed; then it is asked again.
  const response = await ask(ctx, since.address, since).catch((error: unknown): Found => {
    if (error instanceof ConnectorError && error.reason === 'configuration') return 'missing';
    throw error;
  });
  if (response === 'missing') return await askSettings(ctx, url, undefined);
  if (response.status === 304) return { type: 'unchanged' };
  const text = textOf(response);
  return parseFeed(text) ? feedAnswer(response, since.address, text, true) : await askSettings(ctx, url, undefined);
}
