import { describe, expect, it } from 'vitest';
import { LegacyFilter, legacyFilterGroups } from './legacy-search-filter.ts';

const groups = (filter: unknown) => legacyFilterGroups(LegacyFilter.parse(filter));

describe('the older filter', () => {
  it('asks for all conditions of must', () => {
    const filter = {
      must: [
        { key: 'source_name', match: { value: 'stub' } },
        { key: 'year', range: { gte: 1, lt: 5 } },
      ],
    };
    expect(groups(filter)).toEqual([
      {
        conditions: [
          { field: 'source_name', operator: 'equals', value: 'stub' },
          { field: 'fields.year', operator: 'greater_than_or_equal', value: 1 },
          { field: 'fields.year', operator: 'less_than', value: 5 },
        ],
      },
    ]);
  });

  it('makes a group of each should, and keeps must in every group', () => {
    const filter = {
      must: { key: 'entity_type', match: { any: ['A', 'B'] } },
      should: [
        { key: 'title', match: { text: 'red' } },
        { key: 'title', match: { text: 'blue' } },
      ],
    };
    const always = { field: 'entity_type', operator: 'in', value: ['A', 'B'] };
    expect(groups(filter)).toEqual([
      { conditions: [always, { field: 'fields.title', operator: 'contains', value: 'red' }] },
      { conditions: [always, { field: 'fields.title', operator: 'contains', value: 'blue' }] },
    ]);
  });

  it('turns must_not round', () => {
    const filter = {
      must_not: [
        { key: 'a', match: { value: 1 } },
        { key: 'b', match: { except: ['x'] } },
        { key: 'c', range: { gt: 3 } },
      ],
    };
    expect(groups(filter)[0]?.conditions.map(({ operator }) => operator)).toEqual([
      'not_equals',
      'in',
      'less_than_or_equal',
    ]);
  });

  it.each([
    { must_not: [{ key: 'a', match: { text: 'x' } }] },
    { must_not: [{ key: 'a', range: { gt: 1, lt: 2 } }] },
    { must: [{ key: 'a' }] },
    { must: [{ has_id: ['x'] }] },
    { min_should: { conditions: [], min_count: 1 } },
  ])('refuses %j, which it cannot answer truly', (filter) => {
    expect(LegacyFilter.safeParse(filter).success).toBe(false);
  });

  it('an empty filter holds nothing back', () => {
    expect(groups({})).toEqual([]);
    expect(legacyFilterGroups(null)).toEqual([]);
  });
});
