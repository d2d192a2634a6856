import type { CallOptions, Transport } from './transport.ts';

const LARGEST_PAGE = 1_000;

export interface ListOptions extends CallOptions {
  /** Items that are asked for at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
}

/**
 * Every item of a list, one page in memory at a time. The cursor of the `Link` header (RFC 8288) leads from page to page,
 * so nothing is passed over or given twice when the list changes in between.
 */
export async function* eachItem<T>(
  transport: Transport,
  path: string,
  filters: Readonly<Record<string, string | undefined>>,
  options: ListOptions,
): AsyncGenerator<T, void> {
  const limit = Math.min(LARGEST_PAGE, Math.max(1, Math.trunc(options.pageSize ?? 100)));
  let cursor: string | undefined;
  do {
    const query = { ...filters, limit, cursor };
    const { body, headers } = await transport.answer<readonly T[]>({
      method: 'GET',
      path,
      query,
      signal: options.signal,
    });
    yield* body;
    cursor = nextCursor(headers.get('link'));
  } while (cursor !== undefined);
}

/** `<?limit=2&cursor=abc>; rel="next"` gives `abc`. */
function nextCursor(link: string | null): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  return new URL(target, 'http://localhost').searchParams.get('cursor') ?? undefined;
}
