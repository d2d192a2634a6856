import type { HttpResponse } from '../../kit/http-client.ts';
import type { RecordFailure } from '../../kit/page.ts';
import { decodeMarkup } from './decode-markup.ts';
import { documentText } from './document-text.ts';
import type { TextFound } from './document-text.ts';
import { outlinePage } from './page-outline.ts';
import { pageAddress } from './page-address.ts';
import { parseDate } from './parse-date.ts';
import { readableText } from './readable-text.ts';
import { robotsTag } from './robots-tag.ts';
import type { WebPage } from './web-page.ts';

/** What was found at an address. */
export interface PageFound {
  /** Absent for what holds no text, and for pages that do not want to be found. */
  readonly row?: WebPage;
  /** Where it leads, in the spelling of `pageAddress`, in its order and without doubles. */
  readonly links: readonly string[];
  readonly failure?: RecordFailure;
}

export interface PageRules {
  readonly documents: boolean;
  /** The name under which pages may forbid to be kept or followed; absent when we do not mind. */
  readonly agent: string | undefined;
  /** Whether an address may be the key of a record. */
  readonly mayName: (address: string) => boolean;
}

const READERS: Readonly<Record<string, Parameters<typeof documentText>[0]>> = {
  'application/pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/plain': 'plain',
  'text/csv': 'plain',
  'text/markdown': 'markdown',
};

const PAGES = new Set(['text/html', 'application/xhtml+xml']);
const LONGEST_FIELD = 2_000;

const NOTHING: PageFound = { links: [] };

/** The media type of an answer, without parameters; a page when the server does not say and the bytes look like one. */
function mediaTypeOfAnswer(response: HttpResponse): string {
  const sent = (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (sent !== '') return sent;
  const head = response.bytes().subarray(0, 1_000).toString('latin1');
  return /^\s*(?:<!doctype html|<html|<\?xml[^>]*>\s*<html)/i.test(head) ? 'text/html' : 'application/octet-stream';
}

const date = (name: string, ms: number | undefined): Readonly<Record<string, string>> =>
  ms === undefined ? {} : { [name]: new Date(ms).toISOString() };

const field = (name: string, value: string | undefined): Readonly<Record<string, string>> => {
  const plain = (value ?? '').replace(/\s+/g, ' ').trim().slice(0, LONGEST_FIELD);
  return plain === '' ? {} : { [name]: plain };
};

/** A problem with the text of a record, told under its key. */
function failureOf(key: string, found: TextFound): { readonly failure?: RecordFailure } {
  if (found.type === 'unreadable') return { failure: { key, code: found.code, message: `${key}: ${found.message}` } };
  if (!found.isCut) return {};
  return { failure: { key, code: 'too_large', message: `${key}: only its first part can be found.` } };
}

/**
 * The key of a page: the canonical address that it names (RFC 6596) when that may be a record, else its own. A page that
 * names the front page is mistaken: templates do that to every page of a site.
 */
function keyOf(address: string, canonical: string | undefined, base: string, rules: PageRules): string {
  const named = canonical === undefined ? undefined : pageAddress(canonical, base);
  if (named === undefined || named === address || !rules.mayName(named)) return address;
  return new URL(named).pathname === '/' && new URL(address).pathname !== '/' ? address : named;
}

function readMarkup(address: string, response: HttpResponse, lastmod: number | undefined, rules: PageRules): PageFound {
  const html = decodeMarkup(response.bytes(), response.headers['content-type']);
  const text = readableText(html);
  const outline = outlinePage(html);
  const base = URL.parse(outline.base ?? '', address)?.href ?? address;
  const tag =
    rules.agent === undefined
      ? { noindex: false, nofollow: false }
      : robotsTag(response.headers['x-robots-tag'], outline.robots, rules.agent);
  const links = tag.nofollow ? [] : [...new Set(outline.links.flatMap((href) => pageAddress(href, base) ?? []))];
  if (tag.noindex) return { links };
  const key = keyOf(address, outline.canonical, base, rules);
  // What nests too deeply is no page of words: it keeps its title and is counted.
  const row: WebPage = {
    url: key,
    host: new URL(key).host,
    ...field('title', outline.title ?? (text.type === 'text' ? text.title : undefined)),
    ...field('description', outline.description),
    ...field('language', outline.language),
    media_type: mediaTypeOfAnswer(response),
    ...date('published_at', parseDate(outline.published)),
    ...date('modified_at', parseDate(outline.modified) ?? lastmod),
    text: text.type === 'text' ? text.text : '',
  };
  return { row, links, ...failureOf(key, text) };
}

/** The bytes of a document; of plain text in UTF-8, whatever the server speaks. */
function documentBytes(reader: string, response: HttpResponse): Buffer {
  const isText = reader === 'plain' || reader === 'markdown';
  return isText ? Buffer.from(decodeMarkup(response.bytes(), response.headers['content-type'])) : response.bytes();
}

async function readDocument(
  address: string,
  response: HttpResponse,
  lastmod: number | undefined,
  rules: PageRules,
  signal: AbortSignal,
): Promise<PageFound> {
  const mediaType = mediaTypeOfAnswer(response);
  const reader = Object.hasOwn(READERS, mediaType) ? READERS[mediaType] : undefined;
  if (!rules.documents || reader === undefined) return NOTHING;
  if (rules.agent !== undefined && robotsTag(response.headers['x-robots-tag'], [], rules.agent).noindex) return NOTHING;
  const found = await documentText(reader, documentBytes(reader, response), signal);
  const row: WebPage = {
    url: address,
    host: new URL(address).host,
    ...field('title', found.type === 'text' ? found.title : undefined),
    media_type: mediaType,
    ...date('modified_at', parseDate(response.headers['last-modified']) ?? lastmod),
    text: found.type === 'text' ? found.text : '',
  };
  return { row, links: [], ...failureOf(address, found) };
}

/** Reads what an address answered. `lastmod` is its date in a sitemap. Throws the signal's reason when it is aborted. */
export async function readPage(
  address: string,
  response: HttpResponse,
  lastmod: number | undefined,
  rules: PageRules,
  signal: AbortSignal,
): Promise<PageFound> {
  const isPage = PAGES.has(mediaTypeOfAnswer(response));
  return isPage
    ? readMarkup(address, response, lastmod, rules)
    : await readDocument(address, response, lastmod, rules, signal);
}
