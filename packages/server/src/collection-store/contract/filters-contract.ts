import { beforeAll, describe, expect, it } from 'vitest';
import { newId, type CollectionId, type JobId } from '../../lib/ids.ts';
import { type FilterCondition, filterFields, filterOperators } from '../port.ts';
import { newPlace, page, record, search, syncId, syncOnce, type Use } from './fixtures.ts';

type Row = readonly [
  field: string,
  operator: FilterCondition['operator'],
  value: FilterCondition['value'],
  keys: string,
];

const may = Date.UTC(2024, 4, 1, 12);
const june = '2024-06-01T12:00:00Z';

/**
 * Three notes: `a` (created in May, below Animals), `b` (created on June 1, below Plants and Trees) and `c` (nothing but a
 * name). The letters in the last place are the keys that must be found.
 */
const rows: readonly Row[] = [
  ['entity_id', 'equals', 'notes/a', 'a'],
  ['entity_id', 'not_equals', 'notes/a', 'bc'],
  ['entity_id', 'contains', 'NOTES/', 'abc'],
  ['entity_id', 'in', ['notes/a', 'notes/c', 'x'], 'ac'],
  ['name', 'equals', 'Okapi', 'a'],
  ['name', 'equals', 'okapi', ''],
  ['name', 'contains', 'kap', 'a'],
  ['name', 'contains', 'äPFEL', 'b'],
  ['name', 'greater_than', 'P', 'bc'],
  ['name', 'less_than_or_equal', 'Okapi', 'a'],
  ['name', 'not_in', ['Okapi', 'Zebra'], 'b'],
  ['created_at', 'equals', may, 'a'],
  ['created_at', 'equals', '2024-05-01T14:00:00+02:00', 'a'],
  ['created_at', 'not_equals', may, 'bc'],
  ['created_at', 'greater_than', may, 'b'],
  ['created_at', 'greater_than_or_equal', may, 'ab'],
  ['created_at', 'less_than', june, 'a'],
  ['created_at', 'less_than_or_equal', june, 'ab'],
  ['created_at', 'in', [june, '2020-01-01'], 'b'],
  ['created_at', 'not_in', [june], 'ac'],
  ['created_at', 'contains', '2024-06', 'b'],
  ['updated_at', 'greater_than', '2025-01-01', 'b'],
  ['breadcrumbs.entity_id', 'equals', 'f2', 'b'],
  ['breadcrumbs.name', 'contains', 'anim', 'a'],
  ['breadcrumbs.name', 'equals', 'Trees', 'b'],
  ['breadcrumbs.name', 'not_equals', 'Trees', 'ac'],
  ['breadcrumbs.name', 'in', ['Animals', 'Plants'], 'ab'],
  ['breadcrumbs.entity_type', 'equals', 'FolderEntity', 'ab'],
  ['entity_type', 'equals', 'NoteEntity', 'abc'],
  ['entity_type', 'not_equals', 'NoteEntity', ''],
  ['source_name', 'equals', 'notebook', 'abc'],
  ['original_entity_id', 'in', ['a', 'b'], 'ab'],
  ['original_entity_id', 'greater_than', 'a', 'bc'],
  ['chunk_index', 'equals', 0, 'abc'],
  ['chunk_index', 'greater_than_or_equal', 1, ''],
  ['chunk_index', 'in', [0, 7], 'abc'],
  ['chunk_index', 'equals', '0', 'abc'],
  ['sync_id', 'equals', syncId, 'abc'],
  ['sync_id', 'not_equals', syncId, ''],
  ['sync_job_id', 'equals', newId<JobId>(), ''],
  ['source_connection_id', 'contains', '-', 'abc'],
  ['stream', 'equals', 'notes', 'abc'],
  ['stream', 'in', [], ''],
  ['stream', 'not_in', [], 'abc'],
  ['fields.legs', 'equals', 4, 'a'],
  ['fields.legs', 'equals', '4', 'a'],
  ['fields.legs', 'greater_than', 3.5, 'a'],
  ['fields.legs', 'less_than', 4, 'b'],
  ['fields.legs', 'in', [0, 4], 'ab'],
  ['fields.legs', 'not_equals', 4, 'bc'],
  ['fields.wild', 'equals', true, 'a'],
  ['fields.wild', 'equals', 'false', 'b'],
  ['fields.wild', 'not_equals', true, 'bc'],
  ['fields.tags', 'equals', 'shy', 'a'],
  ['fields.tags', 'contains', 'SH', 'a'],
  ['fields.tags', 'in', ['green', 'x'], 'b'],
  ['fields.owner.name', 'equals', 'zoo', 'a'],
  ['fields.owner', 'contains', 'zoo', 'a'],
  ['fields.dotted.name', 'equals', 'flat', 'b'],
  ['fields.odd "name\\', 'equals', 'odd', 'b'],
  ["fields.it's", 'equals', 'x', ''],
];

export function describeFilters(use: Use): void {
  describe('filters', () => {
    const place = newPlace(newId<CollectionId>());
    beforeAll(async () => {
      const animals = [{ id: 'f1', name: 'Animals', type: 'FolderEntity' }];
      const trees = [
        { id: 'f2', name: 'Plants', type: 'FolderEntity' },
        { id: 'f3', name: 'Trees', type: 'FolderEntity' },
      ];
      const upserts = [
        record(
          'a',
          { legs: 4, wild: true, tags: ['shy', 'striped'], owner: { name: 'zoo' } },
          { name: 'Okapi', createdAt: may, breadcrumbs: animals },
        ),
        record(
          'b',
          { legs: 0, wild: false, tags: ['green'], 'dotted.name': 'flat', 'odd "name\\': 'odd' },
          { name: 'Äpfel', createdAt: Date.parse(june), updatedAt: Date.UTC(2025, 5), breadcrumbs: trees },
        ),
        record('c', {}, { name: 'Zebra' }),
      ];
      await syncOnce(use(), place, [page({ upserts })]);
    });

    async function found(...groups: readonly (readonly FilterCondition[])[]): Promise<string> {
      const hits = await search(use(), place.collectionId, { filter: groups.map((conditions) => ({ conditions })) });
      return hits
        .map((hit) => hit.key)
        .toSorted()
        .join('');
    }

    it.each(rows)('find by %s %s %j: %j', async (field, operator, value, keys) => {
      expect(await found([{ field, operator, value }])).toBe(keys);
    });

    it('have an example for every field and every operator', () => {
      const fields = new Set(rows.map(([field]) => field));
      const operators = new Set(rows.map(([, operator]) => operator));
      expect(filterFields.filter((field) => !fields.has(field))).toEqual([]);
      expect(filterOperators.filter((operator) => !operators.has(operator))).toEqual([]);
    });

    it('take every operator on every field', async () => {
      for (const field of [...filterFields, 'fields.legs']) {
        for (const operator of filterOperators) {
          const value = field === 'chunk_index' ? 1 : '2024-01-01';
          const matched = await found([{ field, operator, value }]);
          const listed = await found([{ field, operator, value: [String(value)] }]);
          expect([field, operator, listed]).toEqual([field, operator, matched]);
        }
      }
    });

    it('hold when all conditions of one group do', async () => {
      const legs: FilterCondition = { field: 'fields.legs', operator: 'greater_than_or_equal', value: 0 };
      const wild: FilterCondition = { field: 'fields.wild', operator: 'equals', value: true };
      const zebra: FilterCondition = { field: 'name', operator: 'equals', value: 'Zebra' };
      expect(await found([legs, wild])).toBe('a');
      expect(await found([legs, wild], [zebra])).toBe('ac');
      expect(await found([legs, zebra])).toBe('');
      expect(await found([])).toBe('abc');
    });

    it('choose among the chunks of an entity', async () => {
      const long = record('long', {}, { text: `everything ${'other words. '.repeat(400)} everything` });
      const place = newPlace();
      await syncOnce(use(), place, [page({ upserts: [long] })]);
      const filter = [{ conditions: [{ field: 'chunk_index', operator: 'greater_than' as const, value: 0 }] }];
      const [hit] = await search(use(), place.collectionId, { filter });
      expect(hit).toMatchObject({ key: 'long', chunkIndex: expect.any(Number) });
      expect(hit!.chunkIndex).toBeGreaterThan(0);
    });

    it('name the place of a condition that cannot be understood', async () => {
      const wrong: readonly [FilterCondition, string][] = [
        [{ field: 'nope', operator: 'equals', value: 1 }, 'field'],
        [{ field: 'fields.', operator: 'equals', value: 1 }, 'field'],
        [{ field: 'constructor', operator: 'equals', value: 1 }, 'field'],
        [{ field: 'created_at', operator: 'equals', value: 'yesterday' }, 'value'],
        [{ field: 'chunk_index', operator: 'less_than', value: 'x' }, 'value'],
        [{ field: 'name', operator: 'like' as 'equals', value: 'x' }, 'operator'],
      ];
      const right: FilterCondition = { field: 'name', operator: 'equals', value: 'Okapi' };
      for (const [condition, part] of wrong) {
        const path = ['body', 'filter', 1, 'conditions', 1, part];
        await expect(found([right], [right, condition])).rejects.toMatchObject({
          code: 'invalid_request',
          details: { issues: [expect.objectContaining({ path })] },
        });
      }
    });
  });
}
