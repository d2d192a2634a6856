import { z } from 'zod';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { GithubContext } from './config.ts';
import { get } from './github-api.ts';
import { checkMissing } from './repositories.ts';

const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);

/** The newest commit of a branch, with the ETag by which GitHub tells that it still is. */
export const Head = z.object({ commit: Sha, etag: z.string().optional() });
export type Head = z.output<typeof Head>;

/** Not there, empty, without a default branch, taken down. */
const NONE = [404, 409, 422, 451];

/** The newest commit of the default branch: `same` as `known`, or `none` when there is no commit. */
export async function findHead(
  ctx: GithubContext,
  repository: string,
  known: Head | undefined,
): Promise<Head | 'same' | 'none'> {
  const answer = await get(ctx, `/repos/${repository}/commits/HEAD`, {
    media: 'application/vnd.github.sha',
    etag: known?.etag,
    accept: NONE,
  });
  if (answer.status === 304) return 'same';
  if (answer.status === 404) checkMissing(ctx, repository);
  if (NONE.includes(answer.status)) return 'none';
  const { etag } = answer.headers;
  const commit = Sha.safeParse(answer.text().trim());
  if (!commit.success) throw new ConnectorError('invalid_answer', `GitHub named no commit of ${repository}.`);
  return { commit: commit.data, ...(etag !== undefined && { etag }) };
}
