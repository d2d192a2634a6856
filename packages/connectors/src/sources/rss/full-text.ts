import { ConnectorError } from '../../kit/connector-error.ts';
import { redactUrl } from '../../kit/redact-text.ts';
import { Pace } from '../web/pace.ts';
import { readPage } from '../web/read-page.ts';
import { Robots } from '../web/robots.ts';
import { SiteClient } from '../web/site-client.ts';
import type { SiteAnswer } from '../web/site-client.ts';
import type { RssContext } from './ask-feed.ts';

/** The words of the page behind an item, or why there are none. */
export type FullText =
  | { readonly type: 'text'; readonly text: string }
  /** `mayComeBack`: worth asking for again with the next change of the feed. */
  | { readonly type: 'none'; readonly code: string; readonly message: string; readonly mayComeBack: boolean };

const REQUESTS_PER_MINUTE = 120;
const MOST_BYTES = 10_000_000;
const MOST_HOPS = 5;
const USER_AGENT = 'Tributary';

/** Reads the pages that items link to, wherever they are, as far as their robots.txt allows. */
export class FullTextReader {
  readonly #ctx: RssContext;
  readonly #client: SiteClient;
  readonly #robots: Robots;

  constructor(ctx: RssContext) {
    this.#ctx = ctx;
    this.#client = new SiteClient(ctx, new Pace(REQUESTS_PER_MINUTE, ctx.clock, ctx.signal), USER_AGENT);
    this.#robots = new Robots(this.#client, () => true);
  }

  /** Throws `ConnectorError('rate_limited')` only. */
  async read(address: string): Promise<FullText> {
    const shown = redactUrl(new URL(address));
    try {
      const answer = await this.#follow(address);
      if (answer.type === 'page') return await this.#textOf(address, answer);
      if (answer.type === 'failed')
        return { type: 'none', code: answer.code, message: answer.message, mayComeBack: answer.hides };
      return { type: 'none', code: 'unreadable', message: `${shown} leads nowhere.`, mayComeBack: false };
    } catch (error) {
      this.#ctx.signal.throwIfAborted();
      if (!(error instanceof ConnectorError) || error.reason === 'rate_limited') throw error;
      return { type: 'none', code: error.reason, message: error.message, mayComeBack: error.reason === 'unavailable' };
    }
  }

  async #follow(address: string): Promise<SiteAnswer> {
    let url = address;
    for (let hops = 0; hops <= MOST_HOPS; hops += 1) {
      if (!(await this.#robots.rulesOf(url)).allows(url)) {
        const message = `${redactUrl(new URL(url))} is closed by its robots.txt.`;
        return { type: 'failed', code: 'refused', message, hides: false };
      }
      const answer = await this.#client.ask(url, { maxBytes: MOST_BYTES });
      if (answer.type !== 'redirect') return answer;
      const next = URL.parse(answer.to, url);
      if (!next || !/^https?:$/.test(next.protocol)) return { type: 'gone' };
      url = next.href;
    }
    return { type: 'gone' };
  }

  async #textOf(address: string, { response }: SiteAnswer & { type: 'page' }): Promise<FullText> {
    const rules = { documents: true, agent: undefined, mayName: () => false };
    const { row, failure } = await readPage(address, response, undefined, rules, this.#ctx.signal);
    if (failure) return { type: 'none', code: failure.code, message: failure.message, mayComeBack: false };
    if (!row || row.text === '') {
      const message = `${redactUrl(new URL(address))} holds no text.`;
      return { type: 'none', code: 'unreadable', message, mayComeBack: false };
    }
    return { type: 'text', text: row.text };
  }
}
