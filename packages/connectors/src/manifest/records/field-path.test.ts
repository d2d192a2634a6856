import { describe, expect, it } from 'vitest';
import type { Json } from '../../kit/json.ts';
import { fieldPath } from './field-path.ts';

const root = (): Json => ({
  a: { list: [{ id: 1 }, { id: 2 }] },
  b: { list: [{ id: 3 }] },
  0: 'zero',
  'x.y': { z: null },
});

describe('a field path', () => {
  it('finds one field by names and indexes', () => {
    expect(fieldPath(['a', 'list', '1', 'id']).first(root())).toBe(2);
    expect(fieldPath(['x.y', 'z']).first(root())).toBeNull();
    expect(fieldPath(['0']).first(root())).toBe('zero');
    expect(fieldPath(['a', 'list', 'id']).first(root())).toBeUndefined();
    expect(fieldPath(['a', 'constructor']).first(root())).toBeUndefined();
    expect(fieldPath([]).first(root())).toEqual(root());
  });

  it('finds several by patterns, in their order', () => {
    expect(fieldPath(['*', 'list', '*', 'id']).all(root())).toEqual([1, 2, 3]);
    expect(fieldPath(['[ab]', 'list', '?', 'id']).all(root())).toEqual([1, 2, 3]);
    expect(fieldPath(['[!a]', 'l*t', '0', 'id']).all(root())).toEqual([3]);
    expect(fieldPath(['**', 'id']).all(root())).toEqual([1, 2, 3]);
    expect(fieldPath(['a', '**', 'id']).all(root())).toEqual([1, 2]);
  });

  it('removes fields, and keeps the places of what stands behind in lists', () => {
    const value = root();
    fieldPath(['a', 'list', '0']).remove(value);
    fieldPath(['b', 'list', '0', 'id']).remove(value);
    fieldPath(['nothing', 'here']).remove(value);
    expect(value).toMatchObject({ a: { list: [null, { id: 2 }] }, b: { list: [{}] } });
    fieldPath(['a', 'list', '1']).remove(value);
    expect(value).toMatchObject({ a: { list: [null] } });
    fieldPath(['**']).remove(value);
    expect(value).toEqual({});
  });

  it('removes only the plain values that are wanted', () => {
    const value: Json = { a: 1, b: { c: 1, d: 2 }, e: [1, 2, 1] };
    fieldPath(['**']).remove(value, (one) => one === 1);
    expect(value).toEqual({ b: { d: 2 }, e: [null, 2] });
  });
});

it('that names one field removes it without changing what lies on the way', () => {
  const inside = Object.freeze({ b: Object.freeze([Object.freeze({ c: 1, d: 2 })]) });
  const record = { a: inside } as unknown as Json;
  fieldPath(['a', 'b', '0', 'c']).remove(record);
  expect(record).toEqual({ a: { b: [{ d: 2 }] } });
  expect(inside).toEqual({ b: [{ c: 1, d: 2 }] });
});
