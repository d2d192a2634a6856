import { z } from 'zod';
import { isLsn } from './lsn.ts';

export const FeedCursor = z.object({
  /** The server's own number, `IDENTIFY_SYSTEM`. */
  system: z.string(),
  slot: z.string(),
  /** Object id of the publication: one of the same name that was made later tells nothing of what came before. */
  publication: z.string(),
  /** Everything that was committed before is stored. */
  lsn: z.string().refine(isLsn),
});
export type FeedCursor = z.output<typeof FeedCursor>;
