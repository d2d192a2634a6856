import { z } from 'zod';
import type { Page, RecordFailure } from '../../kit/page.ts';
import type { GithubContext } from './config.ts';
import { get } from './github-api.ts';
import { checkMissing, namedRepositories, ownersRepositories, repositoryId } from './repositories.ts';
import { repositoryRow } from './rows.ts';
import type { RepositoryRow } from './rows.ts';
import { takeItems } from './take-items.ts';

/** Of each repository that is named: its key, and the ETag by which GitHub tells that it has not changed. */
export const RepositoriesCursor = z.object({
  seen: z.record(z.string(), z.object({ key: z.string(), etag: z.string() })),
});
export type RepositoriesCursor = z.output<typeof RepositoriesCursor>;

/** All repositories in every run; one that is named and has not changed costs nothing of the limit. */
export async function* readRepositories(
  ctx: GithubContext,
  since: RepositoriesCursor | undefined,
): AsyncGenerator<Page<RepositoryRow, RepositoriesCursor>> {
  const upserts: RepositoryRow[] = [];
  const present: string[] = [];
  const failed: RecordFailure[] = [];
  const seen: RepositoriesCursor['seen'] = {};
  for (const name of namedRepositories(ctx)) {
    const id = repositoryId(name);
    const known = since?.seen[id];
    const answer = await get(ctx, `/repos/${name}`, { etag: known?.etag, accept: [404] });
    if (answer.status === 404) checkMissing(ctx, name);
    if (answer.status === 304 && known) {
      present.push(known.key);
      seen[id] = known;
      continue;
    }
    const { rows, failures } = takeItems([answer.json()], repositoryRow);
    upserts.push(...rows);
    failed.push(...failures);
    const { etag } = answer.headers;
    for (const row of rows) if (etag !== undefined) seen[id] = { key: String(row.id), etag };
  }
  yield { upserts, present, failures: failed, cursor: { seen } };
  for await (const items of ownersRepositories(ctx)) {
    const { rows, failures } = takeItems(items, repositoryRow);
    yield { upserts: rows, failures };
  }
}
