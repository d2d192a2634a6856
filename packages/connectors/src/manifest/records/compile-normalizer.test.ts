import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';
import { compileNormalizer } from './compile-normalizer.ts';

function normalized(schema: JsonObject, value: Json): unknown {
  const record: MutableRecord = { value };
  compileNormalizer({ properties: { value: schema } })(record);
  return record['value'];
}

describe('normalisation to a schema', () => {
  it.each<[string, Json, unknown]>([
    ['string', 1, '1'],
    ['string', true, 'True'],
    ['string', null, 'None'],
    ['string', { a: ['b', null] }, "{'a': ['b', None]}"],
    ['number', ' 1_000.5 ', 1000.5],
    ['number', '1e3', 1000],
    ['number', true, 1],
    ['number', 'many', 'many'],
    ['number', 'inf', 'inf'],
    ['number', null, null],
    ['integer', '12', 12],
    ['integer', '1.5', '1.5'],
    ['integer', -1.9, -1],
    ['integer', '12345678901234567890', '12345678901234567890'],
    ['boolean', 'Yes', true],
    ['boolean', 'off', false],
    ['boolean', 'maybe', 'maybe'],
    ['boolean', 0, false],
    ['boolean', {}, false],
    ['array', 'x', ['x']],
    ['array', { a: 1 }, { a: 1 }],
    ['object', 'x', 'x'],
  ])('to %s makes %j into %j', (type, value, expected) => {
    expect(normalized({ type }, value)).toEqual(expected);
  });

  it('leaves null where the schema takes it, and values with several types', () => {
    expect(normalized({ type: ['null', 'string'] }, null)).toBeNull();
    expect(normalized({ type: ['string', 'integer'] }, 5)).toBe(5);
    expect(normalized({ type: ['null', 'integer'] }, '5')).toBe(5);
    expect(normalized({}, 5)).toBe(5);
  });

  it('makes a list of a plain value only when the elements may be several plain types', () => {
    expect(normalized({ type: 'array', items: { type: ['null', 'string'] } }, 5)).toEqual(['5']);
    expect(normalized({ type: 'array', items: { type: 'string' } }, 5)).toBe(5);
    expect(normalized({ type: 'array', items: { type: ['object'] } }, 5)).toBe(5);
  });

  it('goes into objects, lists and references, also of schemas that hold themselves', () => {
    const schema: JsonObject = {
      definitions: {
        node: {
          type: 'object',
          properties: { id: { type: 'integer' }, kids: { items: { $ref: '#/definitions/node' } } },
        },
      },
      properties: {
        root: { $ref: '#/definitions/node' },
        tags: { type: 'array', items: { type: 'string' } },
        lost: { $ref: '#/no' },
      },
    };
    const record: MutableRecord = {
      root: { id: '1', kids: [{ id: '2', kids: [{ id: '3' }] }] },
      tags: [1, 'a'],
      lost: 1,
      more: 2,
    };
    compileNormalizer(schema)(record);
    expect(record).toEqual({
      root: { id: 1, kids: [{ id: 2, kids: [{ id: 3 }] }] },
      tags: ['1', 'a'],
      lost: 1,
      more: 2,
    });
  });
});
