import { Parser } from 'htmlparser2';

/** What a page says about itself and where it leads, beside its words. */
export interface PageOutline {
  /** `href`s of links that may be followed, as written, in their order. */
  readonly links: readonly string[];
  /** The `href` of `<base>`. */
  readonly base: string | undefined;
  readonly canonical: string | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly language: string | undefined;
  /** Dates as written. */
  readonly published: string | undefined;
  readonly modified: string | undefined;
  /** `content`s of `<meta name="robots">` and the like, under the name in lower case. */
  readonly robots: readonly (readonly [name: string, content: string])[];
  /** `href`s of feeds that the page offers. */
  readonly feeds: readonly string[];
}

/** Pages with more links are lists that were made to be endless. */
const MOST_LINKS = 1_000;
/** The parser's work grows with the square of the depth. */
const DEEPEST = 2_000;
const PIECE = 65_536;
const MOST_DATA = 200_000;

const FEED_TYPES = new Set([
  'application/rss+xml',
  'application/atom+xml',
  'application/feed+json',
  'application/json',
]);

/** Names of meta fields in the order in which they are believed. */
const DESCRIPTION = ['description', 'og:description', 'dc.description', 'twitter:description'];
const TITLE = ['og:title', 'twitter:title', 'dc.title'];
const PUBLISHED = ['article:published_time', 'datepublished', 'dc.date.issued', 'dcterms.issued', 'dc.date', 'date'];
const MODIFIED = ['article:modified_time', 'og:updated_time', 'datemodified', 'dcterms.modified', 'last-modified'];

type Attributes = Readonly<Record<string, string>>;

const words = (value: string | undefined): readonly string[] => (value ?? '').toLowerCase().split(/\s+/);

class Outliner {
  readonly links = new Set<string>();
  readonly feeds: string[] = [];
  readonly robots: (readonly [string, string])[] = [];
  readonly meta = new Map<string, string>();
  base: string | undefined;
  canonical: string | undefined;
  language: string | undefined;
  title = '';
  data = '';
  depth = 0;
  #inside: 'title' | 'data' | undefined;

  readonly #onOpen: Readonly<Record<string, (attributes: Attributes) => void>> = {
    html: (attributes) => (this.language ??= attributes['lang'] ?? attributes['xml:lang']),
    base: ({ href }) => (this.base ??= href),
    a: (attributes) => this.#openAnchor(attributes),
    area: (attributes) => this.#openAnchor(attributes),
    link: (attributes) => this.#openLink(attributes),
    meta: (attributes) => this.#openMeta(attributes),
    title: () => (this.#inside = this.title === '' ? 'title' : undefined),
    script: ({ type }) => (this.#inside = type === 'application/ld+json' ? 'data' : undefined),
  };

  open(name: string, attributes: Attributes): void {
    this.depth += 1;
    if (Object.hasOwn(this.#onOpen, name)) this.#onOpen[name]?.(attributes);
  }

  text(text: string): void {
    if (this.#inside === 'title') this.title += text;
    else if (this.#inside === 'data' && this.data.length < MOST_DATA) this.data += text;
  }

  close(name: string): void {
    this.depth -= 1;
    if (name === 'title' || name === 'script') this.#inside = undefined;
  }

  #openAnchor({ rel, href }: Attributes): void {
    if (!words(rel).includes('nofollow')) this.#addLink(href);
  }

  #addLink(href: string | undefined): void {
    if (href !== undefined && this.links.size < MOST_LINKS) this.links.add(href);
  }

  #openLink({ rel, href, type }: Attributes): void {
    if (href === undefined) return;
    const relations = words(rel);
    if (relations.includes('canonical')) this.canonical ??= href;
    if (relations.includes('alternate') && FEED_TYPES.has((type ?? '').toLowerCase())) this.feeds.push(href);
    if (relations.includes('next')) this.#addLink(href);
  }

  #openMeta(attributes: Attributes): void {
    const { content } = attributes;
    const name = (attributes['name'] ?? attributes['property'] ?? attributes['itemprop'] ?? '').toLowerCase();
    if (content === undefined) return;
    const target = /^\s*\d+\s*[;,]\s*url\s*=\s*["']?([^"']+)/i.exec(content)?.[1];
    if (attributes['http-equiv']?.toLowerCase() === 'refresh') this.#addLink(target);
    if (name !== '') this.robots.push([name, content]);
    if (name !== '' && !this.meta.has(name)) this.meta.set(name, content);
  }

  first(names: readonly string[]): string | undefined {
    return names.map((name) => this.meta.get(name)?.trim()).find((value) => value !== undefined && value !== '');
  }

  /** A date of the page's linked data, which is not worth a parser: the first one is the page's own. */
  date(field: string): string | undefined {
    return new RegExp(`"${field}"\\s*:\\s*"([^"]{4,60})"`).exec(this.data)?.[1];
  }
}

/** Reads head and links of a page in one pass over its tags. A page that nests too deeply is read down to that place. */
export function outlinePage(html: string): PageOutline {
  const outliner = new Outliner();
  const parser = new Parser({
    onopentag: (name, attributes) => outliner.open(name, attributes),
    ontext: (text) => outliner.text(text),
    onclosetag: (name) => outliner.close(name),
  });
  for (let at = 0; at < html.length && outliner.depth < DEEPEST; at += PIECE) parser.write(html.slice(at, at + PIECE));
  parser.end();
  const title = outliner.title.replace(/\s+/g, ' ').trim();
  return {
    links: [...outliner.links],
    base: outliner.base,
    canonical: outliner.canonical,
    title: title === '' ? outliner.first(TITLE) : title,
    description: outliner.first(DESCRIPTION),
    language: outliner.language?.trim() === '' ? undefined : outliner.language?.trim(),
    published: outliner.first(PUBLISHED) ?? outliner.date('datePublished'),
    modified: outliner.first(MODIFIED) ?? outliner.date('dateModified'),
    robots: outliner.robots,
    feeds: outliner.feeds,
  };
}
