import { promisesNoText } from './document-text.ts';
import type { WebConfig } from './config.ts';
import { pageAddress } from './page-address.ts';
import { fitsWildcard } from './wildcard.ts';

export interface SiteScope {
  /** The start addresses in their one spelling. */
  readonly starts: readonly string[];
  /** Whether an address lies on one of the site's hosts. */
  isOnSite(address: string): boolean;
  /** Whether the crawl may ask for an address. */
  contains(address: string): boolean;
  /** Whether what is found there is kept as a record. */
  keeps(address: string): boolean;
}

/** Many sites send visitors from the one to the other. */
const hostOf = (url: URL): string => url.host.replace(/^www\./, '');

const isBelow = (path: string, prefix: string): boolean => {
  const folder = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  return path === folder || path.startsWith(`${folder}/`);
};

/** Compiles what the settings say about addresses. All addresses are in the spelling of `pageAddress`. */
export function siteScope(config: Pick<WebConfig, 'start_urls' | 'path_prefixes' | 'include' | 'exclude'>): SiteScope {
  const { path_prefixes: prefixes, include, exclude } = config;
  const starts = [...new Set(config.start_urls.flatMap((url) => pageAddress(url) ?? []))];
  const hosts = new Set(starts.map((start) => hostOf(new URL(start))));
  const isOnSite = (address: string): boolean => {
    const url = URL.parse(address);
    return url !== null && hosts.has(hostOf(url));
  };
  const fits = (url: URL, patterns: readonly string[]): boolean =>
    patterns.some((pattern) => fitsWildcard(`${url.pathname}${url.search}`, pattern));
  return {
    starts,
    isOnSite,
    contains(address) {
      if (starts.includes(address)) return true;
      const url = URL.parse(address);
      if (!url || !isOnSite(address) || promisesNoText(url.pathname)) return false;
      if (prefixes.length > 0 && !prefixes.some((prefix) => isBelow(url.pathname, prefix))) return false;
      return !fits(url, exclude);
    },
    keeps: (address) => include.length === 0 || fits(new URL(address), include),
  };
}
