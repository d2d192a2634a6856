import { z } from 'zod';
import type { Page } from '../../kit/page.ts';
import type { GithubContext } from './config.ts';
import { namesAll } from './names-all.ts';
import { Moment, readUpdated } from './read-updated.ts';
import { commentRow } from './rows.ts';
import type { CommentRow } from './rows.ts';
import { takeItems } from './take-items.ts';

/**
 * Up to when each of the two lists was read. `first`: the reading that names all comments, whenever they changed, is still
 * under way.
 */
export const CommentsCursor = z.object({ issue: Moment.optional(), review: Moment.optional(), first: z.boolean() });
export type CommentsCursor = z.output<typeof CommentsCursor>;

const LISTS = [
  ['issue', 'issues/comments'],
  ['review', 'pulls/comments'],
] as const;

export const commentKey = ({ kind, id }: { readonly kind: string; readonly id: number | string }): string =>
  `${kind}-${id}`;

/** The comments of a repository that changed: those on issues and pull requests, then those on lines of code. */
export async function* readComments(
  ctx: GithubContext,
  repository: string,
  stored?: CommentsCursor,
): AsyncGenerator<Page<CommentRow, CommentsCursor>> {
  const since: CommentsCursor = stored ?? { first: true };
  let cursor = since;
  for (const [kind, list] of LISTS) {
    const path = `/repos/${repository}/${list}`;
    for await (const { items, to, last } of readUpdated(ctx, repository, { path, since: since[kind] })) {
      const keyOf = (id: string): string => commentKey({ kind, id });
      const { rows, failures } = takeItems(items, (item) => commentRow(repository, kind, item), keyOf);
      const ends = last && kind === 'review';
      cursor = { ...cursor, ...(to !== undefined && { [kind]: to }), first: since.first && !ends };
      yield {
        upserts: rows,
        failures,
        cursor,
        ...(since.first && ends && namesAll(ctx, stored) && { complete: true }),
      };
    }
  }
}
