import { gunzipSync } from 'node:zlib';
import { Parser } from 'htmlparser2';
import { decodeMarkup } from './decode-markup.ts';
import { parseDate } from './parse-date.ts';

export interface SitemapEntry {
  readonly loc: string;
  /** Milliseconds since the epoch. */
  readonly lastmod: number | undefined;
}

export type Sitemap =
  /** `urlset`: pages. `index`: further sitemaps. */
  | { readonly type: 'urlset' | 'index'; readonly entries: readonly SitemapEntry[] }
  | { readonly type: 'foreign' }
  /** It breaks off: what it does not name may still exist. */
  | { readonly type: 'broken' };

/** The protocol's own limit (https://www.sitemaps.org/protocol.html). */
export const MOST_SITEMAP_BYTES = 50 * 1024 * 1024;
const MOST_ENTRIES = 50_000;
const LONGEST_LOC = 2_048;
/** A sitemap has four levels; the parser's work grows with the square of the depth. */
const DEEPEST = 50;
const PIECE = 16_384;

const plainName = (name: string): string => name.toLowerCase().replace(/^[^:]*:/, '');

class SitemapReader {
  readonly entries: SitemapEntry[] = [];
  root: string | undefined;
  closed = false;
  readonly #path: string[] = [];
  #loc = '';
  #lastmod = '';

  get isTooDeep(): boolean {
    return this.#path.length > DEEPEST;
  }

  open(name: string): void {
    this.root ??= name;
    this.#path.push(name);
    if (name !== 'url' && name !== 'sitemap') return;
    this.#loc = '';
    this.#lastmod = '';
  }

  text(text: string): void {
    // Not those of images and videos, which are one level further down.
    if (this.#path.length !== 3) return;
    if (this.#path[2] === 'loc' && this.#loc.length <= LONGEST_LOC) this.#loc += text;
    if (this.#path[2] === 'lastmod' && this.#lastmod.length < 60) this.#lastmod += text;
  }

  /** `implied`: the parser closed it because the text ended. */
  close(name: string, implied: boolean): void {
    this.#path.pop();
    if (this.#path.length === 0 && !implied) this.closed = true;
    if (this.#path.length !== 1 || implied || (name !== 'url' && name !== 'sitemap')) return;
    const loc = this.#loc.trim();
    if (loc === '' || loc.length > LONGEST_LOC || this.entries.length >= MOST_ENTRIES) return;
    this.entries.push({ loc, lastmod: parseDate(this.#lastmod) });
  }
}

function unpacked(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_SITEMAP_BYTES });
  } catch {
    return undefined;
  }
}

/**
 * Reads a sitemap or an index of sitemaps: XML, gzip, or a plain list of addresses. Document types and entities are not
 * processed: the parser knows the five of XML and leaves all others as they are.
 */
export function parseSitemap(bytes: Buffer, contentType: string | undefined): Sitemap {
  const plain = unpacked(bytes);
  if (!plain) return { type: 'broken' };
  const text = decodeMarkup(plain, contentType);
  if (/^\s*https?:\/\/\S+\s/i.test(`${text.slice(0, LONGEST_LOC)}\n`)) return plainList(text);
  const reader = new SitemapReader();
  const parser = new Parser(
    {
      onopentagname: (name) => reader.open(plainName(name)),
      ontext: (piece) => reader.text(piece),
      onclosetag: (name, implied) => reader.close(plainName(name), implied),
    },
    { xmlMode: true, decodeEntities: true },
  );
  for (let at = 0; at < text.length && !reader.isTooDeep; at += PIECE) parser.write(text.slice(at, at + PIECE));
  parser.end();
  if (reader.root !== 'urlset' && reader.root !== 'sitemapindex') return { type: 'foreign' };
  if (!reader.closed) return { type: 'broken' };
  return { type: reader.root === 'urlset' ? 'urlset' : 'index', entries: reader.entries };
}

function plainList(text: string): Sitemap {
  const lines = text.split(/\r?\n/, MOST_ENTRIES).map((line) => line.trim());
  return {
    type: 'urlset',
    entries: lines
      .filter((line) => line !== '' && line.length <= LONGEST_LOC)
      .map((loc) => ({ loc, lastmod: undefined })),
  };
}
