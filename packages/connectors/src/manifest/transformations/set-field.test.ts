import { describe, expect, it } from 'vitest';
import type { MutableRecord } from '../model/records.ts';
import { setField } from './set-field.ts';

const after = (record: MutableRecord, path: string[]): MutableRecord | false => setField(record, path, 'new') && record;

describe('a field that is set', () => {
  it('gets the objects on its way', () => {
    expect(after({ a: 1 }, ['b', 'c', 'd'])).toEqual({ a: 1, b: { c: { d: 'new' } } });
    expect(after({ b: { x: 1 } }, ['b', 'c'])).toEqual({ b: { x: 1, c: 'new' } });
  });

  it('gets lists where an index follows, filled up with nulls', () => {
    expect(after({}, ['list', '2'])).toEqual({ list: [null, null, 'new'] });
    expect(after({ list: ['a', 'b'] }, ['list', '0'])).toEqual({ list: ['new', 'b'] });
    expect(after({ list: [] }, ['list', '1', 'x'])).toEqual({ list: [null, { x: 'new' }] });
  });

  it('is refused behind a plain value, in a list by name, and far beyond a list', () => {
    expect(after({ a: 1 }, ['a', 'b'])).toBe(false);
    expect(after({ a: null }, ['a', 'b'])).toBe(false);
    expect(after({ a: [] }, ['a', 'b'])).toBe(false);
    expect(after({ a: [] }, ['a', '999999999'])).toBe(false);
  });

  it('never changes the prototype of objects', () => {
    const record = after({}, ['__proto__', 'polluted']);
    expect(JSON.stringify(record)).toBe('{"__proto__":{"polluted":"new"}}');
    expect('polluted' in {}).toBe(false);
  });
});

it('exchanges what lies inside of the record, and does not change it', () => {
  const inside = Object.freeze({ b: Object.freeze([Object.freeze({ c: 1 })]) });
  const record = { a: inside };
  expect(setField(record, ['a', 'b', '0', 'd'], 2)).toBe(true);
  expect(record).toEqual({ a: { b: [{ c: 1, d: 2 }] } });
  expect(inside).toEqual({ b: [{ c: 1 }] });
});
