/** Longer addresses are made by loops, and no store of keys wants them. */
const LONGEST_ADDRESS = 2_000;
/** A path that has one part more often than this is what a wrong relative link makes of itself. */
const MOST_REPEATS = 3;

/** Names of query fields that say where a visitor came from or who he is, not what is shown. */
const VISITOR_FIELDS =
  /^(?:utm_\w+|gclid|gbraid|wbraid|fbclid|msclkid|dclid|yclid|igshid|mc_[ce]id|_ga|_gl|phpsessid|jsessionid|aspsessionid\w*|sessionid|session_id|sid)$/i;

const isVisitorField = (field: string): boolean => VISITOR_FIELDS.test(field.split('=', 1)[0] ?? '');

/** What is left of a query, in the order of the names; fields keep their spelling, and fields of one name their order. */
function plainQuery(search: string): string {
  const fields = search.slice(1).split('&');
  const kept = fields.filter((field) => field !== '' && !isVisitorField(field));
  const name = (field: string): string => field.split('=', 1)[0] ?? '';
  kept.sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
  return kept.length > 0 ? `?${kept.join('&')}` : '';
}

const isLoop = (path: string): boolean => {
  const counts = new Map<string, number>();
  for (const part of path.split('/')) {
    if (part === '') continue;
    const count = (counts.get(part) ?? 0) + 1;
    if (count > MOST_REPEATS) return true;
    counts.set(part, count);
  }
  return false;
};

/**
 * The one spelling of an address under which a page is asked for and kept (RFC 3986 §6.2, and what links carry beside the
 * page): no fragment, no default port, percent signs in upper case, no fields of advertising and sessions, the others
 * sorted by name. `undefined` for what no crawl should follow: other schemes, user names, overlong and circular paths.
 */
export function pageAddress(href: string, base?: string): string | undefined {
  const url = URL.parse(href.trim(), base);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  url.hostname = url.hostname.replace(/\.$/, '');
  url.pathname = url.pathname
    .replace(/;(?:jsessionid|phpsessid|sid)=[^/;]*/gi, '')
    .replace(/%[0-9a-f]{2}/g, (code) => code.toUpperCase());
  if (url.search !== '') url.search = plainQuery(url.search);
  // `x?` and `x` are one page.
  const address = url.search === '' ? `${url.origin}${url.pathname}` : url.href;
  return address.length > LONGEST_ADDRESS || isLoop(url.pathname) ? undefined : address;
}
