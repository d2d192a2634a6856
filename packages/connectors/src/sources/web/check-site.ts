import { ConnectorError } from '../../kit/connector-error.ts';
import { pageAddress } from './page-address.ts';
import { Site } from './site.ts';
import type { WebContext } from './site.ts';

const MOST_HOPS = 5;

async function checkStart(site: Site, start: string): Promise<void> {
  let address = start;
  for (let hops = 0; hops <= MOST_HOPS; hops += 1) {
    if (!(await site.isOpen(address)))
      throw new ConnectorError(
        'configuration',
        `The robots.txt of ${address} closes it to ${site.ctx.config.user_agent}.`,
      );
    const answer = await site.ask(address, { mustBeOpen: true });
    if (answer.type === 'page') return;
    if (answer.type === 'failed')
      throw new ConnectorError(answer.code === 'unavailable' ? 'unavailable' : 'configuration', answer.message);
    const next = answer.type === 'redirect' ? pageAddress(answer.to, address) : undefined;
    if (next === undefined) throw new ConnectorError('configuration', `${address} does not exist.`);
    if (!site.scope.isOnSite(next))
      throw new ConnectorError(
        'configuration',
        `${address} leads to ${new URL(next).origin}; name that as the start address.`,
      );
    address = next;
  }
  throw new ConnectorError('configuration', `${start} redirects in circles.`);
}

/** Asks for every start address; throws `ConnectorError` that says which of them cannot be read and why. */
export async function checkSite(ctx: WebContext): Promise<{ readonly account: string }> {
  const site = new Site(ctx);
  for (const start of site.scope.starts) await checkStart(site, start);
  return { account: [...new Set(site.scope.starts.map((start) => new URL(start).host))].join(', ') };
}
