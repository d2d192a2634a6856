import { bearer } from '../../kit/authorization.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { HttpResponse } from '../../kit/http-client.ts';
import type { Json } from '../../kit/json.ts';
import type { GithubContext } from './config.ts';

export interface GetOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** The media type to ask for; GitHub's JSON by default. */
  readonly media?: string;
  /** Answer 304 when it is still this. */
  readonly etag?: string | undefined;
  readonly accept?: readonly number[];
  readonly maxBytes?: number;
}

/** As GitHub asks for it, https://docs.github.com/rest/about-the-rest-api/api-versions. */
const API_VERSION = '2022-11-28';
export const PER_PAGE = 100;

/** Asks for a path below the API's address, or for one that `nextPath` gave. Throws `ConnectorError`. */
export function get(ctx: GithubContext, path: string, options: GetOptions = {}): Promise<HttpResponse> {
  const { config, credentials, http } = ctx;
  const { query, media = 'application/vnd.github+json', etag, accept = [], maxBytes } = options;
  const token = 'authorization' in credentials ? undefined : credentials.access_token;
  return http.request({
    url: `${config.base_url.replace(/\/+$/, '')}${path}`,
    ...(query && { query }),
    headers: {
      accept: media,
      'x-github-api-version': API_VERSION,
      ...(token && { authorization: bearer(token) }),
      ...(etag !== undefined && { 'if-none-match': etag }),
    },
    ...('authorization' in credentials && { authorization: credentials.authorization }),
    accept: etag === undefined ? accept : [...accept, 304],
    ...(maxBytes !== undefined && { maxBytes }),
  });
}

/** The items of a list. Throws `ConnectorError('invalid_answer')` when it is none. */
export function itemsOf(answer: HttpResponse): readonly Json[] {
  const items = answer.json();
  if (Array.isArray(items)) return items as readonly Json[];
  throw new ConnectorError('invalid_answer', 'GitHub answered with something that is not a list.');
}

/**
 * The path of the page that the `Link` header (RFC 8288) names as the next one, for `get`; only path and query count, so
 * that no answer can send the token to another host.
 */
export function nextPath(ctx: GithubContext, answer: HttpResponse): string | undefined {
  const link = answer.headers['link']?.split(/,\s*(?=<)/).find((one) => /;\s*rel="?next"?/.test(one));
  const target = /^\s*<([^>]*)>/.exec(link ?? '')?.[1];
  const url = target === undefined ? null : URL.parse(target, ctx.config.base_url);
  if (!url) return undefined;
  const root = new URL(ctx.config.base_url).pathname.replace(/\/+$/, '');
  const path = url.pathname.startsWith(`${root}/`) ? url.pathname.slice(root.length) : url.pathname;
  return `${path}${url.search}`;
}

/** The address of the website, for links to people: `https://host/api/v3` belongs to `https://host`. */
export function websiteOf(baseUrl: string): string {
  const url = new URL(baseUrl);
  return `${url.protocol}//${url.host.replace(/^api\./, '')}`;
}
