import { z } from 'zod';
import type { Listed, PageRequest } from '../collections/model.ts';
import { Reply } from './route.ts';
import { decodePlace } from '../lib/page-cursor.ts';

export const Limit = z.coerce.number().int().min(1).max(1000).default(100);

/** `skip` and `limit` as published, and `cursor`, which stays right when the list changes between two pages. */
export const PageQuery = z.object({
  skip: z.coerce.number().int().min(0).default(0),
  limit: Limit,
  cursor: z
    .string()
    .refine((text) => decodePlace(text) !== undefined, 'Not a cursor of this list')
    .optional()
    .describe('From the `Link` header of the page before.'),
});

export function pageRequest({ skip, limit, cursor }: z.output<typeof PageQuery>): PageRequest {
  return { skip, limit, ...(cursor !== undefined && { after: cursor }) };
}

/**
 * A page as a bare array with a `Link` header to the next one (RFC 8288). The link is only a query, which resolves
 * against the address that the caller used; `filters` are the other parameters to keep.
 */
export function pageReply<T>(
  listed: Listed<unknown>,
  body: readonly T[],
  query: Readonly<Record<string, string | number | undefined>>,
): Reply<readonly T[]> {
  if (listed.next === null) return new Reply(body);
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, skip: undefined, cursor: listed.next })) {
    if (value !== undefined) next.set(name, String(value));
  }
  return new Reply(body, { headers: { link: `<?${next.toString()}>; rel="next"` } });
}
