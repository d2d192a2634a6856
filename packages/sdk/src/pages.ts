const LARGEST_PAGE = 1_000;

/** Asks for the items of a list from `skip` on, at most `limit` of them. */
type FetchPage<T> = (page: { readonly skip: number; readonly limit: number }) => Promise<readonly T[]>;

/**
 * Every item of a list, one page in memory at a time. Items that are added or removed while it runs can shift the pages;
 * what carries an id seen before is passed over.
 */
export async function* eachItem<T extends { readonly id: string }>(
  fetchPage: FetchPage<T>,
  pageSize = 100,
): AsyncGenerator<T, void> {
  const limit = Math.min(LARGEST_PAGE, Math.max(1, Math.trunc(pageSize)));
  const seen = new Set<string>();
  for (let skip = 0; ; skip += limit) {
    const page = await fetchPage({ skip, limit });
    for (const item of page) {
      if (seen.has(item.id)) continue;
      seen.add(item.id);
      yield item;
    }
    if (page.length < limit) return;
  }
}
