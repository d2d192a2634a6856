import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../kit/json.ts';
import { describeManifestRecord } from './describe-record.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { recordKey } from './record-key.ts';
import { textMaker } from './record-text.ts';

describe('the key of a record', () => {
  test('is its only part, or all parts as JSON', () => {
    expect(recordKey([['id']], { id: 7 })).toBe('7');
    expect(recordKey([['a', 'id']], { a: { id: 'x' } })).toBe('x');
    expect(recordKey([['a'], ['b']], { b: 2, a: 'x' })).toBe('["x",2]');
    expect(recordKey([['id']], { id: { b: 1, a: 2 } })).toBe('{"a":2,"b":1}');
  });

  test('is the hash of the content when a part is missing, whatever the order of names', () => {
    const key = recordKey([['id']], { a: 1, b: { c: 2, d: 3 } });
    expect(key).toMatch(/^sha256:[0-9a-f]{40}$/);
    expect(recordKey([], { b: { d: 3, c: 2 }, a: 1 })).toBe(key);
    expect(recordKey([], { b: { d: 3, c: 2 }, a: 2 })).not.toBe(key);
    expect(recordKey([['id']], { id: null })).toMatch(/^sha256:/);
  });

  test('does not mix up records with different parts', () => {
    const part = fc.oneof(fc.string({ minLength: 1 }), fc.integer());
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        const [one, other] = [recordKey([['x'], ['y']], { x: a, y: b }), recordKey([['x'], ['y']], { x: c, y: d })];
        expect(one === other).toBe(a === c && b === d);
      }),
    );
  });

  test('canonical JSON is the same for equal values', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(turned as Json)).toBe(canonicalJson(value as Json));
      }),
    );
  });
});

describe('the description of a record', () => {
  test('comes from the usual fields', () => {
    expect(
      describeManifestRecord({}, 'changed', {
        name: 'Ada',
        html_url: 'https://x.test/1',
        created_at: '2024-01-02T00:00:00Z',
        changed: 1_704_153_600,
      }),
    ).toEqual({
      name: 'Ada',
      url: 'https://x.test/1',
      createdAt: Date.UTC(2024, 0, 2),
      updatedAt: Date.UTC(2024, 0, 2),
    });
  });

  test('comes from the fields that the options name, and from no other', () => {
    const options = { title: 'fields.summary', url: 'self', updated_at: 'at' };
    const row = {
      name: 'no',
      url: 'https://no.test',
      fields: { summary: 'yes' },
      self: 'nowhere',
      at: '1704153600000',
    };
    expect(describeManifestRecord(options, undefined, row)).toEqual({ name: 'yes', updatedAt: Date.UTC(2024, 0, 2) });
  });

  test('leaves out what is no time and no address', () => {
    expect(describeManifestRecord({}, undefined, { url: 'ftp://x', created: 'soon', updated: -1, name: ' ' })).toEqual(
      {},
    );
  });
});

describe('the text of a record', () => {
  const schema = { properties: { title: {}, body: { type: ['null', 'string'] }, state: {} } };

  test('is title and body, then the other short fields', () => {
    const text = textMaker({}, schema)!;
    expect(text({ title: 'T', body: 'B', state: 'open', tags: ['a', { name: 'b' }], blob: 'x'.repeat(301) })).toBe(
      'T\n\nB\n\nstate: open\ntags: a b',
    );
  });

  test('is left to the engine when there is no field for what people write', () => {
    expect(textMaker({}, { properties: { id: {}, description: { type: 'object' } } })).toBeUndefined();
  });

  test('is made of the fields that the options name', () => {
    const text = textMaker({ text: ['a.b', 'c'] }, schema)!;
    expect(text({ a: { b: 'one' }, c: ['two', 3], title: 'no' })).toBe('one\n\ntwo 3');
  });
});
