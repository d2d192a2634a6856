import robotsParser from 'robots-parser';
import { ConnectorError } from '../../kit/connector-error.ts';
import { decodeMarkup } from './decode-markup.ts';
import type { SiteClient } from './site-client.ts';

/** What a host's robots.txt says to us. */
export interface RobotsRules {
  allows(address: string): boolean;
  /** Seconds. */
  readonly crawlDelay: number | undefined;
  readonly sitemaps: readonly string[];
}

/** RFC 9309 §2.5: at least 500 KiB are read; the rest is as if it were not there. */
const READ_BYTES = 500 * 1024;
const MOST_BYTES = 20_000_000;
const MOST_REDIRECTS = 5;
/** A rule is matched in time that grows with its length and that of the path; honest ones are short. */
const LONGEST_LINE = 2_000;

const ALL_ALLOWED: RobotsRules = { allows: () => true, crawlDelay: undefined, sitemaps: [] };

/** The module is CommonJS: its declared default export is what `require` gives. */
const parse = robotsParser as unknown as typeof robotsParser.default;

/** Asks every host for its robots.txt once. */
export class Robots {
  readonly #client: SiteClient;
  readonly #mayFollow: (address: string) => boolean;
  readonly #known = new Map<string, Promise<RobotsRules>>();

  /** `mayFollow` says whether a redirect of robots.txt may be followed to an address. */
  constructor(client: SiteClient, mayFollow: (address: string) => boolean) {
    this.#client = client;
    this.#mayFollow = mayFollow;
  }

  /**
   * The rules of an address's host (RFC 9309 §2.3.1): none when it has no robots.txt (4xx). Throws
   * `ConnectorError('unavailable')` when it cannot be had (5xx, no answer), since everything is then forbidden.
   */
  async rulesOf(address: string): Promise<RobotsRules> {
    const { origin } = new URL(address);
    const known = this.#known.get(origin) ?? this.#ask(origin);
    this.#known.set(origin, known);
    return await known;
  }

  async #ask(origin: string): Promise<RobotsRules> {
    let url = `${origin}/robots.txt`;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      const answer = await this.#client.ask(url, { maxBytes: MOST_BYTES });
      if (answer.type === 'page') {
        const bytes = answer.response.bytes().subarray(0, READ_BYTES);
        return rulesIn(origin, decodeMarkup(bytes, 'text/plain; charset=utf-8'), this.#client.userAgent);
      }
      if (answer.type === 'failed' && answer.code !== 'refused') throw unreachable(answer.message);
      if (answer.type !== 'redirect') return ALL_ALLOWED;
      const next = URL.parse(answer.to, url)?.href;
      if (next === undefined || !this.#mayFollow(next)) return ALL_ALLOWED;
      url = next;
    }
    return ALL_ALLOWED;
  }
}

const unreachable = (message: string): ConnectorError =>
  new ConnectorError('unavailable', `The site's robots.txt cannot be read, so nothing may be asked for: ${message}`);

function rulesIn(origin: string, text: string, userAgent: string): RobotsRules {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.length <= LONGEST_LINE);
  const robots = parse(`${origin}/robots.txt`, lines.join('\n'));
  return {
    allows: (address) => robots.isAllowed(address, userAgent) ?? true,
    crawlDelay: robots.getCrawlDelay(userAgent),
    sitemaps: robots.getSitemaps(),
  };
}
