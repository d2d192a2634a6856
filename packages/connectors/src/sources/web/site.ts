import type { ConnectorContext } from '../../kit/context.ts';
import type { WebConfig } from './config.ts';
import { Pace } from './pace.ts';
import { Robots } from './robots.ts';
import type { RobotsRules } from './robots.ts';
import { SiteClient } from './site-client.ts';
import type { AskOptions, SiteAnswer } from './site-client.ts';
import { siteScope } from './site-scope.ts';
import type { SiteScope } from './site-scope.ts';

export type WebContext = ConnectorContext<WebConfig>;

/** A site under one configuration: what may be asked for, and the asking. */
export class Site {
  readonly ctx: WebContext;
  readonly scope: SiteScope;
  readonly #pace: Pace;
  readonly #client: SiteClient;
  readonly #robots: Robots;

  constructor(ctx: WebContext) {
    const { config } = ctx;
    this.ctx = ctx;
    this.scope = siteScope(config);
    this.#pace = new Pace(config.requests_per_minute, ctx.clock, ctx.signal);
    this.#client = new SiteClient(ctx, this.#pace, config.user_agent);
    this.#robots = new Robots(this.#client, (address) => this.scope.isOnSite(address));
  }

  /** The rules of the address's host, whether we obey them or not. Throws `ConnectorError('unavailable')`. */
  async rulesOf(address: string): Promise<RobotsRules> {
    const rules = await this.#robots.rulesOf(address);
    if (this.ctx.config.respect_robots) this.#pace.slowDown(rules.crawlDelay);
    return rules;
  }

  /** Whether robots.txt lets us ask for an address. */
  async isOpen(address: string): Promise<boolean> {
    return !this.ctx.config.respect_robots || (await this.rulesOf(address)).allows(address);
  }

  async ask(address: string, options: Partial<AskOptions> = {}): Promise<SiteAnswer> {
    return await this.#client.ask(address, { maxBytes: this.ctx.config.max_bytes, ...options });
  }
}
