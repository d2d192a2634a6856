import type { Json } from '../../kit/json.ts';
import type { ReadPage } from '../model/records.ts';

/** How the next page is found; what ports of a `CustomPaginationStrategy` are. */
export interface PaginationStrategy {
  /** The token of the first request; `undefined` for none. */
  readonly first: Json | undefined;
  /** What goes into `page_size_option`; `undefined` for none. */
  readonly pageSize: number | undefined;
  /** The token after `page`, which was read with the token `last`; what Python takes for false ends the slice. */
  next(page: ReadPage, last: Json | undefined): Json | undefined;
}
