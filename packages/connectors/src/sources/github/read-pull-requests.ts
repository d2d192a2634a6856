import { z } from 'zod';
import type { Json } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import type { GithubContext } from './config.ts';
import { get, itemsOf, nextPath, PER_PAGE } from './github-api.ts';
import { namesAll } from './names-all.ts';
import { LOOKBACK_MS, Moment } from './read-updated.ts';
import { checkMissing } from './repositories.ts';
import { pullRequestRow } from './rows.ts';
import type { PullRequestRow } from './rows.ts';
import { takeItems } from './take-items.ts';

/** The list of pull requests takes no `since`: it is read whole in the order of creation, and later from its newest change. */
export const PullRequestsCursor = z.object({
  /** Everything that changed up to this moment was read; absent while there was nothing. */
  to: Moment.optional(),
  /** Of the first page by time of change: as long as it stays, nothing changed. */
  etag: z.string().optional(),
  /** The first reading goes on with this path. */
  next: z.string().startsWith('/').optional(),
});

export type PullRequestsCursor = z.output<typeof PullRequestsCursor>;
type PullRequestsPage = Page<PullRequestRow, PullRequestsCursor>;

const NONE = [404, 410, 451];
const Changed = z.object({ updated_at: Moment });

/** The time of an item's change in milliseconds since the epoch; 0 when it has none. */
const timeOf = (item: Json | undefined): number => Date.parse(Changed.safeParse(item).data?.updated_at ?? '') || 0;

const momentOf = (item: Json | undefined): string | undefined => Changed.safeParse(item).data?.updated_at;

const compact = ({ to, etag, next }: { [K in keyof PullRequestsCursor]: PullRequestsCursor[K] | undefined }) => ({
  ...(to !== undefined && { to }),
  ...(etag !== undefined && { etag }),
  ...(next !== undefined && { next }),
});

/** The pull requests of a repository that changed, all of them at first. */
export async function* readPullRequests(
  ctx: GithubContext,
  repository: string,
  since?: PullRequestsCursor,
): AsyncGenerator<PullRequestsPage> {
  if (since && since.next === undefined) yield* readChanged(ctx, repository, since);
  else yield* readAll(ctx, repository, since);
}

const listOf = (repository: string, order: string): string =>
  `/repos/${repository}/pulls?state=all&per_page=${PER_PAGE}&${order}`;

/** The page by time of change, newest first; 304 when nothing changed since `etag`. */
async function newestPage(ctx: GithubContext, repository: string, etag: string | undefined) {
  const answer = await get(ctx, listOf(repository, 'sort=updated&direction=desc'), { etag, accept: NONE });
  if (answer.status === 404) checkMissing(ctx, repository);
  return answer;
}

async function* readAll(
  ctx: GithubContext,
  repository: string,
  since: PullRequestsCursor | undefined,
): AsyncGenerator<PullRequestsPage> {
  let { to, etag, next } = since ?? {};
  if (next === undefined) {
    // Asked first, so that what changes during the reading is found by the next one.
    const newest = await newestPage(ctx, repository, undefined);
    if (NONE.includes(newest.status)) {
      yield { upserts: [], complete: true };
      return;
    }
    to = momentOf(itemsOf(newest)[0]);
    etag = newest.headers['etag'];
    next = listOf(repository, 'sort=created&direction=asc');
  }
  while (next !== undefined) {
    const answer = await get(ctx, next);
    const { rows, failures } = takeItems(itemsOf(answer), (item) => pullRequestRow(repository, item));
    next = nextPath(ctx, answer);
    yield {
      upserts: rows,
      failures,
      cursor: compact({ to, etag, next }),
      ...(next === undefined && namesAll(ctx, since) && { complete: true }),
    };
  }
}

async function* readChanged(
  ctx: GithubContext,
  repository: string,
  since: PullRequestsCursor,
): AsyncGenerator<PullRequestsPage> {
  const oldest = since.to === undefined ? 0 : Date.parse(since.to) - LOOKBACK_MS;
  let answer = await newestPage(ctx, repository, since.etag);
  if (answer.status === 304 || NONE.includes(answer.status)) {
    yield { upserts: [], cursor: since };
    return;
  }
  const cursor = compact({
    to: momentOf(itemsOf(answer)[0]) ?? since.to,
    etag: answer.headers['etag'],
    next: undefined,
  });
  for (;;) {
    const items = itemsOf(answer);
    const changed = items.filter((item) => timeOf(item) >= oldest);
    const { rows, failures } = takeItems(changed, (item) => pullRequestRow(repository, item));
    const next = changed.length < items.length ? undefined : nextPath(ctx, answer);
    // The newest come first, so only the end of the reading has nothing left behind it.
    yield { upserts: rows, failures, ...(next === undefined && { cursor }) };
    if (next === undefined) return;
    answer = await get(ctx, next);
  }
}
