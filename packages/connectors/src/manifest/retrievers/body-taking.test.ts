import { describe, expect, it } from 'vitest';
import type { Component } from '../model/component.ts';
import type { Decoder, RecordSelector } from '../model/records.ts';
import { bodyTaking } from './body-taking.ts';

const decoder: Decoder = { streams: false, decode: () => [] };
const selector: RecordSelector = { listPath: ['data', 'rows'], async *select() {} };
const component = (fields: Record<string, unknown> & { type: string }): Component => fields as Component;

const handledBy = (handler: Component) => ({
  requester: component({ type: 'HttpRequester', error_handler: handler }),
  paginator: undefined,
});
const filtering = (filter: object, more: object = {}) =>
  handledBy(
    component({ type: 'DefaultErrorHandler', response_filters: [{ type: 'HttpResponseFilter', ...filter }], ...more }),
  );
const pagedBy = (strategy: Record<string, unknown> & { type: string }) => ({
  requester: component({ type: 'HttpRequester' }),
  paginator: component({ type: 'DefaultPaginator', pagination_strategy: strategy }),
});
const byCursor = (cursor: string, stop?: string | boolean) =>
  pagedBy({ type: 'CursorPagination', cursor_value: cursor, ...(stop !== undefined && { stop_condition: stop }) });
const onlyPage = { requester: component({ type: 'HttpRequester' }), paginator: undefined };

describe('large answers', () => {
  it.each([
    ['there is one page', onlyPage],
    ['errors are told by status', filtering({ http_codes: [404], action: 'IGNORE' })],
    [
      'handlers of such errors are combined',
      handledBy(component({ type: 'CompositeErrorHandler', error_handlers: [] })),
    ],
    ['pages are counted', pagedBy({ type: 'PageIncrement', page_size: 100 })],
    ['records are counted', pagedBy({ type: 'OffsetIncrement', page_size: '{{ response.page_size }}' })],
    ['the token lies beside the list', byCursor("{{ response['next'] }}", '{{ not response.data.more }}')],
    ['the token is of the last record', byCursor("{{ last_record['id'] }}", '{{ last_page_size < 100 }}')],
    ['pagination never stops by itself', byCursor('{{ headers.next }}', false)],
  ])('come in pieces when %s', (_when, definitions) => {
    expect(bodyTaking({ ...definitions, decoder, selector })).toBe('whole unless large');
  });

  it.each([
    ['an error filter looks for words', filtering({ error_message_contains: 'too many', action: 'RETRY' })],
    ['an error filter has a condition', filtering({ predicate: '{{ response.error }}', action: 'FAIL' })],
    [
      'one of several handlers looks into it',
      handledBy(
        component({
          type: 'CompositeErrorHandler',
          error_handlers: [
            { type: 'DefaultErrorHandler', response_filters: [{ type: 'HttpResponseFilter', predicate: '{{ 1 }}' }] },
          ],
        }),
      ),
    ],
    ['an error handler is custom', handledBy(component({ type: 'CustomErrorHandler', class_name: 'x.Y' }))],
    [
      'a backoff is custom',
      filtering({}, { backoff_strategies: [{ type: 'CustomBackoffStrategy', class_name: 'x.Y' }] }),
    ],
    ['the pagination is custom', pagedBy({ type: 'CustomPaginationStrategy', class_name: 'x.Y' })],
    ['pagination looks at the list', byCursor("{{ response['data']['rows'][-1]['id'] }}")],
    ['pagination looks at what holds the list', byCursor('{{ response.next }}', '{{ response.data | length == 0 }}')],
    [
      'the page size is that of the list',
      pagedBy({ type: 'OffsetIncrement', page_size: '{{ response.data.rows | length }}' }),
    ],
    ['a template gives the answer another name', byCursor('{% set response = config %}{{ response.next }}')],
  ])('are taken as a whole when %s', (_when, definitions) => {
    expect(bodyTaking({ ...definitions, decoder, selector })).toBe('whole');
  });

  it('are taken as a whole when nobody knows where the list is, and as they come when the decoder wants that', () => {
    expect(bodyTaking({ ...onlyPage, decoder, selector: { select: selector.select } })).toBe('whole');
    expect(bodyTaking({ ...onlyPage, decoder: { ...decoder, streams: true }, selector })).toBe('as it comes');
  });
});
