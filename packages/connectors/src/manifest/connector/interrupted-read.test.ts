import type { RequestListener } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { CANARY, dividedInto, errorOf, json, requester, retriever, trial } from './testing-bad-input.ts';
import type { Outcome } from './testing-bad-input.ts';

const PARTITIONS = ['a', 'b', 'c'];
const LAST_PAGE = 4;

const byNext = { type: 'CursorPagination', cursor_value: '{{ response.next }}' };
const byNumber = { type: 'PageIncrement', start_from_page: 1, page_size: 2 };

/** A stream that is read whole: two records a page, in one part or in several. */
const listing = (strategy: JsonObject = byNext, more: JsonObject = {}): JsonObject => ({
  retriever: retriever('/bad', {
    requester: requester('/bad'),
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['items'] } },
    paginator: {
      type: 'DefaultPaginator',
      page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
      pagination_strategy: strategy,
    },
    ...more,
  }),
});

const divided = dividedInto(...PARTITIONS);

/** A cursor with one window up to the present, which moves on from run to run. */
const daily = {
  incremental_sync: {
    type: 'DatetimeBasedCursor',
    cursor_field: 'at',
    datetime_format: '%Y-%m-%dT%H:%M:%S.%fZ',
    start_datetime: '2024-01-01T00:00:00.000000Z',
    start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'from' },
    end_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'to' },
  },
};

interface Question {
  readonly part: string;
  readonly page: number;
}

const questionOf = (url = ''): Question => {
  const { searchParams } = new URL(url, 'http://source');
  return { part: searchParams.get('p') ?? '', page: Number(searchParams.get('page') ?? '1') };
};

const pageOf = ({ part, page }: Question): JsonObject => ({
  items:
    page > LAST_PAGE
      ? []
      : [1, 2].map((at) => ({ id: `${part}${page}.${at}`, at: `2024-01-0${page}T00:00:00.000000Z` })),
  next: page < LAST_PAGE ? page + 1 : null,
});

const idsOf = (parts: readonly string[]): string[] =>
  parts.flatMap((part) => [1, 2, 3, 4].flatMap((page) => [`${part}${page}.1`, `${part}${page}.2`]));

const readIds = (outcome: Outcome | undefined): string[] =>
  outcome?.records.map(({ id }) => (typeof id === 'string' ? id : JSON.stringify(id))) ?? [];

/** What the engine would keep of a read. */
function lastState(outcome: Outcome | undefined): JsonObject {
  const state = outcome?.states.at(-1);
  if (!state) throw new Error('The read left no state.');
  return state;
}

/** Answers, unless `refuses` has something else to say. */
const source =
  (refuses: (question: Question) => number | undefined = () => undefined): RequestListener =>
  (request, response) => {
    const question = questionOf(request.url);
    const status = refuses(question);
    if (status === undefined) return json(response, pageOf(question));
    response.writeHead(status, { 'retry-after': '3600', 'content-type': 'application/json' }).end('{}');
  };

const limitedAt = (page: number): RequestListener => source((asked) => (asked.page === page ? 429 : undefined));

describe('a read that is interrupted', () => {
  it.each([
    ['tokens of the source', byNext],
    ['numbers', byNumber],
  ])('goes on with the page where it had to wait, by %s', async (_by, strategy) => {
    const first = (await trial(listing(strategy), { answer: limitedAt(3) })).outcomes.get('bad');
    expect(errorOf(first?.error)).toMatchObject({ reason: 'rate_limited' });
    expect(readIds(first)).toEqual(idsOf(['']).slice(0, 4));
    const { outcomes, asked } = await trial(listing(strategy), { answer: source(), state: lastState(first) });
    expect(readIds(outcomes.get('bad'))).toEqual(idsOf(['']).slice(4));
    expect(asked.filter((url) => url.startsWith('/bad'))[0]).toBe('/bad?page=3');
  });

  it('passes over the partitions that were read, and goes on within the others', async () => {
    const answer = source(({ part, page }) => (part === 'b' && page === 3 ? 429 : undefined));
    const first = (await trial(listing(byNext, divided), { answer })).outcomes.get('bad');
    const { outcomes } = await trial(listing(byNext, divided), { answer: source(), state: lastState(first) });
    const rest = readIds(outcomes.get('bad'));
    expect(rest.filter((id) => id.startsWith('b'))).toEqual(idsOf(['b']).slice(4));
    expect(new Set([...readIds(first), ...rest])).toEqual(new Set(idsOf(PARTITIONS)));
    expect(readIds(first).length + rest.length).toBe(idsOf(PARTITIONS).length);
  });

  it.each<[string, RequestListener]>([
    ['refuses', source(({ page }) => (page === 3 ? 400 : undefined))],
    [
      'answers with nothing',
      (request, response) => {
        const question = questionOf(request.url);
        json(response, question.page === 3 ? { items: [], next: null } : pageOf(question));
      },
    ],
  ])('begins anew when the source %s for the page to go on with', async (_what, forgetful) => {
    const state = lastState((await trial(listing(), { answer: limitedAt(3) })).outcomes.get('bad'));
    let isForgotten = true;
    const answer: RequestListener = (request, response) => {
      const third = questionOf(request.url).page === 3;
      (third && isForgotten ? forgetful : source())(request, response);
      if (third) isForgotten = false;
    };
    const { outcomes } = await trial(listing(), { answer, state });
    expect(outcomes.get('bad')?.error).toBeUndefined();
    expect(readIds(outcomes.get('bad'))).toEqual(idsOf(['']));
  });

  it.each([
    [`https://source.example/items?key=${CANARY}`, false],
    ['https://source.example/items?access_token=abcdef', false],
    ['https://source.example/items?page_token=abcdef', true],
    ['eyJuZXh0IjozfQ==', true],
  ])('keeps the token %s: %s', async (next, isKept) => {
    const answer: RequestListener = (request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://source');
      if (searchParams.get('page') === null) json(response, { items: [{ id: 1 }], next: 'second' });
      else if (searchParams.get('page') === 'second') json(response, { items: [{ id: 2 }], next });
      else response.writeHead(429, { 'retry-after': '3600' }).end();
    };
    const outcome = (await trial(listing(), { answer })).outcomes.get('bad');
    expect(JSON.stringify(outcome?.states).includes(next)).toBe(isKept);
    expect(readIds(outcome)).toEqual(['1', '2']);
  });

  it('keeps no token that stays the same: the place that it stands for moves on with pages that may be lost', async () => {
    let page = 0;
    const answer: RequestListener = (_request, response) => {
      page += 1;
      if (page > 3) response.writeHead(429, { 'retry-after': '3600' }).end();
      else json(response, { items: [{ id: page }], next: 'scroll-1' });
    };
    for (const stream of [listing(), { ...listing(), ...daily }]) {
      page = 0;
      const outcome = (await trial(stream, { answer })).outcomes.get('bad');
      expect(readIds(outcome)).toEqual(['1', '2', '3']);
      expect(JSON.stringify(outcome?.states)).not.toContain('scroll-1');
    }
  });

  it('of a stream with a cursor is gone on with, too, and what it asks for stays the same', async () => {
    const stream = { ...listing(), ...daily };
    const first = await trial(stream, { answer: limitedAt(3) });
    const state = lastState(first.outcomes.get('bad'));
    expect(state).toMatchObject({ at: '2024-01-01T00:00:00.000000Z' });
    const second = await trial(stream, { answer: source(), state });
    expect(readIds(second.outcomes.get('bad'))).toEqual(idsOf(['']).slice(4));
    const windows = [...first.asked, ...second.asked].flatMap(
      (url) => new URL(url, 'http://source').searchParams.get('to') ?? [],
    );
    expect(new Set(windows).size).toBe(1);
    expect(second.outcomes.get('bad')?.states.at(-1)).toEqual({ at: '2024-01-04T00:00:00.000000Z' });
  });

  it('of a stream with a cursor is begun anew by page numbers, which lead elsewhere when records come and go', async () => {
    const stream = { ...listing(byNumber), ...daily };
    const state = lastState((await trial(stream, { answer: limitedAt(3) })).outcomes.get('bad'));
    expect(readIds((await trial(stream, { answer: source(), state })).outcomes.get('bad'))).toEqual(idsOf(['']));
  });

  it('begins with the first page again after a fault that lasts', async () => {
    const stream = { ...listing(), ...daily };
    const answer: RequestListener = (request, response) =>
      json(response, questionOf(request.url).page === 3 ? { items: ['nonsense'] } : pageOf(questionOf(request.url)));
    const outcome = (await trial(stream, { answer })).outcomes.get('bad');
    expect(errorOf(outcome?.error).reason).toBe('invalid_answer');
    expect(lastState(outcome)).toEqual({ at: '2024-01-01T00:00:00.000000Z' });
  });

  it('leaves nothing behind when it is done, also of slices that are there no more', async () => {
    const stream = { ...listing(), ...daily };
    const state = lastState((await trial(stream, { answer: limitedAt(3) })).outcomes.get('bad'));
    const elsewhere = JSON.parse(JSON.stringify(state).replaceAll('2024-01-01', '2023-01-01')) as JsonObject;
    const outcome = (await trial(stream, { answer: source(), state: { ...elsewhere, at: state['at']! } })).outcomes.get(
      'bad',
    );
    expect(readIds(outcome)).toEqual(idsOf(['']));
    expect(lastState(outcome)).toEqual({ at: '2024-01-04T00:00:00.000000Z' });
  });

  it('comes to all records however often it is stopped', async () => {
    const check = fc.asyncProperty(
      fc.constantFrom(byNext, byNumber),
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
      async (strategy, isDivided, hasCursor, stops) => {
        const bad = { ...listing(strategy, isDivided ? divided : {}), ...(hasCursor && daily) };
        const seen = new Set<string>();
        let state: JsonObject | undefined;
        for (const stop of [...stops, Number.POSITIVE_INFINITY]) {
          let left = stop;
          const { outcomes } = await trial(bad, {
            answer: source(() => (left-- > 0 ? undefined : 429)),
            ...(state && { state }),
          });
          const outcome = outcomes.get('bad');
          for (const id of readIds(outcome)) seen.add(id);
          state = outcome?.states.at(-1) ?? state;
          if (!outcome?.error) break;
        }
        expect([...seen].toSorted()).toEqual(idsOf(isDivided ? PARTITIONS : ['']).toSorted());
      },
    );
    await fc.assert(check, { numRuns: 40 });
  });
});
