import { z } from 'zod';
import type { Json } from '../../kit/json.ts';
import type { GithubContext } from './config.ts';
import { get, itemsOf, nextPath, PER_PAGE } from './github-api.ts';
import { checkMissing } from './repositories.ts';

/** A moment as GitHub writes it. */
export const Moment = z.iso.datetime({ offset: true });

/** Items can show up in a list later than their time of change says. */
export const LOOKBACK_MS = 5 * 60_000;
/** Times of change are whole seconds. */
const SECOND_MS = 1_000;
/** The repository has no such list: issues are turned off, or it was taken down. */
const NONE = [404, 410, 451];

const Changed = z.object({ id: z.number(), updated_at: Moment });

export interface ChangedItems {
  readonly items: readonly Json[];
  /** Everything that changed up to this moment was read; absent when there was nothing at all. */
  readonly to: string | undefined;
  /** Nothing comes after these. */
  readonly last: boolean;
}

const isoSeconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

/** Leaves out what the pages since the anchor have given; an item that changed in between counts anew. */
class Window {
  readonly #seen = new Map<string, number>();

  fresh(items: readonly Json[]): readonly Json[] {
    return items.filter((item) => {
      const { data } = Changed.safeParse(item);
      if (!data) return true;
      const name = `${data.id} ${data.updated_at}`;
      return this.#seen.size !== this.#seen.set(name, Date.parse(data.updated_at)).size;
    });
  }

  forgetBefore(time: number): void {
    for (const [name, at] of this.#seen) if (at < time) this.#seen.delete(name);
  }
}

/** When the items of a page changed, oldest first as far as GitHub sorted them; milliseconds since the epoch. */
const timesOf = (items: readonly Json[]): readonly number[] =>
  items.flatMap((item) => Date.parse(Changed.safeParse(item).data?.updated_at ?? '') || []);

/**
 * Reads a list (`/repos/…/issues` and the like) that takes `since` and can be sorted by time of change. Items that change
 * during the reading move to the end, and what is behind them moves up; so the next page is asked for by the time of the
 * last item (`since` less a second), and by its number only while a second is full.
 */
export async function* readUpdated(
  ctx: GithubContext,
  repository: string,
  list: { readonly path: string; readonly since: string | undefined; readonly state?: 'all' },
): AsyncGenerator<ChangedItems> {
  const { path, since, state } = list;
  const sorted = `${path}?sort=updated&direction=asc&per_page=${PER_PAGE}${state ? `&state=${state}` : ''}`;
  const from = (time: number): string => (time > 0 ? `${sorted}&since=${isoSeconds(time)}` : sorted);
  const window = new Window();
  let newest = since === undefined ? 0 : Date.parse(since);
  let anchor = newest - LOOKBACK_MS;
  for (let next: string | undefined = from(anchor); next !== undefined;) {
    const answer = await get(ctx, next, { accept: NONE });
    if (answer.status === 404) checkMissing(ctx, repository);
    const found = NONE.includes(answer.status) ? [] : itemsOf(answer);
    const times = timesOf(found);
    newest = Math.max(newest, ...times);
    next = nextPath(ctx, answer);
    const further = Math.max(0, ...times) - SECOND_MS;
    const items = window.fresh(found);
    if (next !== undefined && further > Math.max(anchor, Math.min(...times))) {
      anchor = further;
      next = from(anchor);
      window.forgetBefore(anchor);
    }
    yield { items, to: newest === 0 ? undefined : isoSeconds(newest), last: next === undefined };
  }
}
