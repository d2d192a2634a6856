import type { ReadPage } from '../model/records.ts';

/** A page with nothing in it, or with fewer records than were asked for, before filters, is the last one. */
export const isLastPage = (page: Pick<ReadPage, 'size'>, size: number | undefined): boolean =>
  page.size === 0 || (size !== undefined && page.size < size);
