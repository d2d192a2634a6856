import type { Paginator } from '../model/records.ts';

/** The same pages, and no more of a slice than `most`: what comes after them is not asked for. */
export function cappedPaginator(paginator: Paginator, most: number): Paginator {
  return {
    walk(from) {
      const walk = paginator.walk(from);
      let pages = 0;
      return {
        first: walk.first,
        next(page) {
          pages += 1;
          return pages < most ? walk.next(page) : undefined;
        },
      };
    },
    parts: (token, slice) => paginator.parts(token, slice),
  };
}
