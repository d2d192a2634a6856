import { askFeed } from './ask-feed.ts';
import type { RssContext } from './ask-feed.ts';
import { plainText } from './plain-text.ts';

const MOST_NAMED = 3;

/** Asks for every feed; throws the `ConnectorError` of the first that cannot be read. */
export async function checkFeeds(ctx: RssContext): Promise<{ readonly account: string }> {
  const titles = await Promise.all(ctx.config.urls.map((url) => titleOf(ctx, url)));
  const more = titles.length - MOST_NAMED;
  return { account: `${titles.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}` };
}

async function titleOf(ctx: RssContext, url: string): Promise<string> {
  const answer = await askFeed(ctx, url, undefined);
  const title = answer.type === 'feed' ? plainText(answer.feed.title) : '';
  return title === '' ? new URL(url).host : title;
}
