import { describe, expect, it } from 'vitest';
import { SearchQuery } from './search-schema.ts';

const where = (given: unknown) => SearchQuery.parse({ query: 'a', where: given }).where;

describe('a condition in the address', () => {
  it.each([
    ['fields.status=open', { field: 'fields.status', operator: 'equals', value: 'open' }],
    ['fields.status!=open', { field: 'fields.status', operator: 'not_equals', value: 'open' }],
    ['fields.size>=5', { field: 'fields.size', operator: 'greater_than_or_equal', value: 5 }],
    ['fields.size<-1.5', { field: 'fields.size', operator: 'less_than', value: -1.5 }],
    ['fields.zip="01234"', { field: 'fields.zip', operator: 'equals', value: '01234' }],
    ['fields.zip=01234', { field: 'fields.zip', operator: 'equals', value: '01234' }],
    ['fields.open=true', { field: 'fields.open', operator: 'equals', value: true }],
    ['name~a=b', { field: 'name', operator: 'contains', value: 'a=b' }],
    [
      'created_at>2024-01-01T00:00:00Z',
      { field: 'created_at', operator: 'greater_than', value: '2024-01-01T00:00:00Z' },
    ],
  ])('%s', (written, condition) => {
    expect(where(written)).toEqual([condition]);
  });

  it('may be given several times, or not at all', () => {
    expect(where(['name=a', 'stream=b'])).toHaveLength(2);
    expect(where(undefined)).toEqual([]);
  });

  it.each(['content=x', 'fields.=x', 'name', '=x'])('refuses %s', (written) => {
    expect(SearchQuery.safeParse({ query: 'a', where: written }).success).toBe(false);
  });
});
