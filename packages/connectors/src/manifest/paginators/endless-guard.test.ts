import { describe, expect, it } from 'vitest';
import type { Json } from '../../kit/json.ts';
import type { ReadPage } from '../model/records.ts';
import { rigAnswer } from '../records/records-rig.ts';
import { endlessGuard } from './endless-guard.ts';

const guard = (hasBody = true) => endlessGuard({ stream: 'orders', paginator: 'CursorPagination', hasBody });
const page = (records: readonly Json[], more: Json = null): ReadPage => ({
  response: rigAnswer({ records, more }),
  size: records.length,
  lastRecord: records.at(-1) as ReadPage['lastRecord'],
});

/** Pages until the guard refuses; `undefined` when it lets 5000 pass. */
function pagesUntilRefused(
  check: ReturnType<typeof guard>,
  of: (index: number) => readonly [ReadPage, Json],
): number | undefined {
  for (let index = 0; index < 5_000; index += 1) {
    try {
      check(...of(index));
    } catch (error) {
      expect(error).toMatchObject({
        reason: 'invalid_answer',
        message: expect.stringContaining('"orders"') as unknown,
      });
      return index + 1;
    }
  }
  return undefined;
}

describe('pagination without end', () => {
  it('is refused when the same page comes with the same token', () => {
    expect(pagesUntilRefused(guard(), () => [page([{ id: 1 }]), 'a'])).toBe(2);
    expect(pagesUntilRefused(guard(), () => [page([]), 'a'])).toBe(2);
    expect(pagesUntilRefused(guard(false), () => [page([{ id: 1 }]), 'a'])).toBe(2);
  });

  it('is refused when token and last record stay, though the answers differ', () => {
    expect(pagesUntilRefused(guard(), (index) => [page([{ id: 1 }], `request ${index}`), 'a'])).toBe(21);
  });

  it('is refused when tokens go round', () => {
    const refused = pagesUntilRefused(guard(), (index) => [page([{ id: index % 3 }]), `token ${index % 3}`]);
    expect(refused).toBeLessThan(10);
  });

  it('is refused when a source ignores the page number', () => {
    expect(pagesUntilRefused(guard(), (index) => [page([{ id: 1 }]), index])).toBe(21);
  });

  it('is refused after a thousand empty pages', () => {
    expect(pagesUntilRefused(guard(), (index) => [page([], index), index])).toBe(1_001);
  });

  it('is not seen where a scroll keeps its token and goes on', () => {
    expect(pagesUntilRefused(guard(), (index) => [page([{ id: index }]), 'scroll'])).toBeUndefined();
    expect(pagesUntilRefused(guard(false), (index) => [page([{ id: index }]), 'scroll'])).toBeUndefined();
  });

  it('is not seen where all records of streamed pages were filtered out', () => {
    const filtered = { ...page([1, 2]), lastRecord: undefined };
    expect(pagesUntilRefused(guard(false), () => [filtered, 'scroll'])).toBeUndefined();
  });
});
