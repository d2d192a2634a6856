import { z } from 'zod';
import type { Json } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import type { GithubContext } from './config.ts';
import { namesAll } from './names-all.ts';
import { Moment, readUpdated } from './read-updated.ts';
import { issueRow } from './rows.ts';
import type { IssueRow } from './rows.ts';
import { takeItems } from './take-items.ts';

/** `first`: the reading that names all issues, whenever they changed, is still under way. */
export const IssuesCursor = z.object({ to: Moment, first: z.boolean() });
export type IssuesCursor = z.output<typeof IssuesCursor>;

const isPullRequest = (item: Json): boolean => z.object({ pull_request: z.looseObject({}) }).safeParse(item).success;

/** The issues of a repository that changed; GitHub lists its pull requests among them. */
export async function* readIssues(
  ctx: GithubContext,
  repository: string,
  since?: IssuesCursor,
): AsyncGenerator<Page<IssueRow, IssuesCursor>> {
  const first = since?.first ?? true;
  const list = { path: `/repos/${repository}/issues`, since: since?.to, state: 'all' } as const;
  for await (const { items, to, last } of readUpdated(ctx, repository, list)) {
    const issues = items.filter((item) => !isPullRequest(item));
    const { rows, failures } = takeItems(issues, (item) => issueRow(repository, item));
    const cursor = to === undefined ? {} : { cursor: { to, first: first && !last } };
    yield { upserts: rows, failures, ...cursor, ...(first && last && namesAll(ctx, since) && { complete: true }) };
  }
}
