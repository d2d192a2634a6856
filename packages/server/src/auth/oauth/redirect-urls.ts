import { errors } from '../../errors.ts';
import { isLoopback, type PublicAddress } from './public-address.ts';

/** Where a browser may be sent at the end: never anywhere else, whatever a caller or a stored row says. */
export interface RedirectUrls {
  /** The address as it will be used. Throws `redirect_url_refused`. */
  check(redirectUrl: string): string;
}

/**
 * Allows what the operator lists: an origin stands for all its pages, a longer address for those below it. An empty list
 * means the service's own origin, and for a service that only this machine reaches, any port of this machine. Origins are
 * compared whole and after parsing (OAuth 2.0 Security BCP, RFC 9700 §2.1 and §4.11.1), so that `https://app.example.com.evil.net`, user
 * names, backslashes and dots in paths open nothing.
 */
export function createRedirectUrls(allowed: readonly string[], address: PublicAddress): RedirectUrls {
  const listed = allowed.map((text) => new URL(text));
  const isAllowed = (url: URL): boolean => {
    if (listed.length > 0) return listed.some((one) => one.origin === url.origin && isBelow(url, one));
    return url.origin === new URL(address.url).origin || (address.isLocal && isLoopback(url));
  };
  return {
    check(redirectUrl) {
      const url = URL.parse(redirectUrl);
      const isPlain = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
      if (!isPlain || !isAllowed(url)) throw errors.redirect_url_refused({ redirectUrl });
      return url.href;
    },
  };
}

function isBelow(url: URL, prefix: URL): boolean {
  const root = prefix.pathname.replace(/\/+$/, '');
  return url.pathname === root || url.pathname.startsWith(`${root}/`);
}

/** The address with what the page there needs to know in its query. */
export function withOutcome(redirectUrl: string, outcome: Readonly<Record<string, string>>): string {
  const url = new URL(redirectUrl);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  return url.href;
}
