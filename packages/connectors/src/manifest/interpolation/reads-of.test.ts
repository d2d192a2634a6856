import { describe, expect, it } from 'vitest';
import { readsOf } from './reads-of.ts';

describe('where a template looks into a variable', () => {
  it.each<[string, readonly (readonly string[])[] | undefined]>([
    ['next', []],
    ['{{ headers.link.next.url }}', []],
    ['{{ response.next }}', [['next']]],
    ["{{ response['meta']['next page'] }}", [['meta', 'next page']]],
    ["{{ response.get('meta', {}).get('next') }}", [['meta', 'next']]],
    ["{{ response.get('next', response.other) }}", [['next'], ['other']]],
    ["{{ not response.next or response.count < last_record['n'] }}", [['next'], ['count']]],
    ["{{ 'next' not in response }}", [['next']]],
    [
      "{{ 'next' in response.meta and response.meta.next }}",
      [
        ['meta', 'next'],
        ['meta', 'next'],
      ],
    ],
    ["{{ response.next.split('?')[1] | default('x') }}", [['next']]],
    ['{{ response }}', [[]]],
    ['{{ response | length }}', [[]]],
    ['{{ response.items() }}', [[]]],
    ['{{ response.meta.values | list }}', [['meta']]],
    ['{{ response[config.field] }}', [[]]],
    ['{{ response[response.field] }}', [[], ['field']]],
    ['{{ config[response.field] }}', [['field']]],
    ['{{ response.rows[-1].id }}', [['rows']]],
    ['{{ response[config.field].next }}', [[]]],
    ['{{ response.copy().next }}', [[]]],
    ['{{ response.rows[1:] }}', [['rows']]],
    ['{% for row in response.rows %}{{ row.id }}{% endfor %}', [['rows']]],
    ['{% set page = response %}{{ page.next }}', [[]]],
    ['{% with r = response.meta %}{{ r.next }}{% endwith %}', [['meta']]],
    ['{% if response.more %}{{ response.next }}{% endif %}', [['more'], ['next']]],
    ['{% set response = config %}{{ response.next }}', undefined],
    ['{{ response. }}', undefined],
  ])('%s', (source, reads) => {
    expect(readsOf(source, 'response')).toEqual(reads);
  });
});
