import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../kit/json.ts';
import { buildDecoder } from '../decoders/build-decoder.ts';
import type { Paginator, ReadPage } from '../model/records.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import { definition, rigAnswer, rigBuild, rigStream } from '../records/records-rig.ts';
import { buildPaginator } from './build-paginator.ts';

const option = (field_name: string) => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name });

function paginator(
  strategy: Record<string, unknown>,
  more: Record<string, unknown> = {},
  config: JsonObject = {},
): Paginator {
  const fields = {
    type: 'DefaultPaginator',
    pagination_strategy: strategy,
    page_token_option: option('token'),
    ...more,
  };
  const build = rigBuild({ config });
  return buildPaginator(definition(fields), build, rigStream(), buildDecoder(undefined, build, rigStream()));
}

const page = (size: number, body: Json = { at: size }, headers: Record<string, string> = {}): ReadPage => ({
  response: rigAnswer(body, { headers }),
  size,
  lastRecord: size > 0 ? { id: size } : undefined,
});
const token = (next_page_token: Json) => ({ next_page_token });

describe('no pagination', () => {
  it.each([undefined, definition({ type: 'NoPagination' })])('ends after one page: %j', (given) => {
    const one = buildPaginator(given, rigBuild(), rigStream());
    const walk = one.walk();
    expect([walk.first, walk.next(page(5)), one.parts(undefined, EMPTY_SLICE)]).toEqual([undefined, undefined, {}]);
  });
});

describe('PageIncrement', () => {
  it('counts pages from the first one until one is not full', () => {
    const walk = paginator({ type: 'PageIncrement', page_size: 2, start_from_page: 1 }).walk();
    expect(walk.first).toBeUndefined();
    expect([walk.next(page(2)), walk.next(page(2)), walk.next(page(1))]).toEqual([token(2), token(3), undefined]);
  });

  it('names the first page when it is told to, 0 too', () => {
    const injecting = paginator({ type: 'PageIncrement', page_size: 2, inject_on_first_request: true });
    const { first } = injecting.walk();
    expect(first).toEqual(token(0));
    expect(injecting.parts(first, EMPTY_SLICE)).toEqual({ params: { token: 0 } });
  });

  it('ends at an empty page without a page size, and begins each slice anew', () => {
    const counting = paginator({ type: 'PageIncrement' });
    const walk = counting.walk();
    expect([walk.next(page(9)), walk.next(page(1)), walk.next(page(0))]).toEqual([token(1), token(2), undefined]);
    expect(counting.walk().next(page(9))).toEqual(token(1));
  });
});

describe('OffsetIncrement', () => {
  it('counts records, those that filters took away too', () => {
    const walk = paginator(
      { type: 'OffsetIncrement', page_size: "{{ config['size'] }}" },
      { page_size_option: option('limit') },
      { size: 3 },
    ).walk();
    expect([walk.next(page(3)), walk.next(page(4)), walk.next(page(2))]).toEqual([token(3), token(7), undefined]);
  });

  it('takes its page size from the answer', () => {
    const walk = paginator({ type: 'OffsetIncrement', page_size: "{{ response['page']['limit'] }}" }).walk();
    expect([walk.next(page(2, { page: { limit: 2 } })), walk.next(page(2, { page: { limit: 5 } }))]).toEqual([
      token(2),
      undefined,
    ]);
  });
});

describe('CursorPagination', () => {
  const cursor = (cursor_value: string, more: object = {}) => ({ type: 'CursorPagination', cursor_value, ...more });

  it('asks the stop condition first, and ends at what Python takes for false', () => {
    const stopping = cursor('{{ response.next }}', { stop_condition: '{{ not response.more }}' });
    expect(
      paginator(stopping)
        .walk()
        .next(page(1, { next: 'a', more: false })),
    ).toBeUndefined();
    expect(
      paginator(stopping)
        .walk()
        .next(page(1, { next: 'a', more: true })),
    ).toEqual(token('a'));
    for (const next of ['', 0, null, {}, []]) {
      expect(paginator(cursor('{{ response.next }}')).walk().next(page(1, { next }))).toBeUndefined();
    }
  });

  it('sees headers however they are spelled, the Link header parsed and as it is', () => {
    const headers = { link: '<https://x.org/?p=2>; rel="next"', 'x-next-page': '7' };
    const next = (value: string) =>
      paginator(cursor(value))
        .walk()
        .next(page(1, {}, headers));
    expect(next("{{ headers['link']['next']['url'] }}")).toEqual(token('https://x.org/?p=2'));
    expect(next("{{ headers.get('X-Next-Page') }}")).toEqual(token(7));
    expect(next("{{ headers['Link'].split(';')[0][1:-1] }}")).toEqual(token('https://x.org/?p=2'));
    expect(next("{{ 'next' in headers['link'] and headers['x-next-page'] }}")).toEqual(token(7));
  });

  it('sees the last record, the size of the page and the one that was asked for', () => {
    const next = paginator(
      cursor('{{ last_record.id }}-{{ last_page_size }}-{{ page_size }}', { page_size: '10' }),
    ).walk();
    expect(next.next(page(4))).toEqual(token('4-4-10'));
    expect(paginator(cursor('{{ last_record.id }}')).walk().next(page(0))).toBeUndefined();
  });

  it('sees the first body of a list, and nothing of a body that was streamed', () => {
    expect(
      paginator(cursor('{{ response.next }}'))
        .walk()
        .next(page(1, [{ next: 'a' }, { next: 'b' }])),
    ).toEqual(token('a'));
    const build = rigBuild();
    const decoder = buildDecoder(definition({ type: 'JsonlDecoder' }), build, rigStream());
    const fields = { type: 'DefaultPaginator', pagination_strategy: cursor('{{ response.next }}') };
    expect(
      buildPaginator(definition(fields), build, rigStream(), decoder)
        .walk()
        .next(page(1, { next: 'a' })),
    ).toBeUndefined();
  });

  it('does not decode a body that no template looks at', () => {
    const unread = { ...page(1), response: { ...rigAnswer({}), text: () => expect.unreachable() } };
    expect(paginator(cursor('{{ last_record.id }}')).walk().next(unread)).toEqual(token(1));
  });

  it('refuses to go on without end', () => {
    const walk = paginator(cursor('always')).walk();
    expect(walk.next(page(1))).toEqual(token('always'));
    expect(() => walk.next(page(1))).toThrow(/"orders": CursorPagination would never end/);
  });
});

describe('a request of a page', () => {
  it('gets page size and token, or the token as its path', () => {
    const sized = paginator({ type: 'PageIncrement', page_size: 5 }, { page_size_option: option('limit') });
    expect(sized.parts(undefined, EMPTY_SLICE)).toEqual({ params: { limit: 5 } });
    expect(sized.parts(token(2), EMPTY_SLICE)).toEqual({ params: { limit: 5, token: 2 } });
    const path = paginator(
      { type: 'CursorPagination', cursor_value: 'x' },
      { page_token_option: { type: 'RequestPath' } },
    );
    expect(path.parts(token('https://x.org/2'), EMPTY_SLICE)).toEqual({ path: 'https://x.org/2' });
  });

  it('cannot be made when a page size is asked for and there is none, or none that is an integer', () => {
    const more = { page_size_option: option('limit') };
    expect(() => paginator({ type: 'PageIncrement' }, more)).toThrow(/"orders".*no `page_size`/);
    expect(() => paginator({ type: 'PageIncrement', page_size: 'many' })).toThrow(/does not give an integer/);
    expect(() => paginator({ type: 'Dice' })).toThrow(/Dice is no strategy/);
  });
});

it('counts records towards the reset of pagination', async () => {
  const { buildPaginationReset } = await import('./pagination-reset.ts');
  const reset = buildPaginationReset({
    type: 'PaginationReset',
    action: 'SPLIT_USING_CURSOR',
    limits: { type: 'PaginationResetLimits', number_of_records: 5 },
  });
  const isDue = reset?.counter();
  expect([reset?.action, isDue?.(3), isDue?.(1), isDue?.(1)]).toEqual(['split', false, false, true]);
  expect(buildPaginationReset(undefined)).toBeUndefined();
});
