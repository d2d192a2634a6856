import { describe, expect, it } from 'vitest';
import type { Json } from '../../kit/json.ts';
import type { MutableRecord, RecordPlace } from '../model/records.ts';
import { definition, rigBuild, rigPlace, rigStream } from '../records/records-rig.ts';
import { buildTransformation } from './build-transformation.ts';

function transformed(
  fields: Parameters<typeof definition>[0],
  record: MutableRecord,
  place: RecordPlace = rigPlace,
): MutableRecord {
  buildTransformation(definition(fields), rigBuild({ config: { shop: 'x1' } }), rigStream()).transform(record, place);
  return record;
}

const addFields = (...fields: (readonly [string[], Json, Record<string, Json>?])[]) => ({
  type: 'AddFields',
  fields: fields.map(([path, value, more]) => ({ type: 'AddedFieldDefinition', path, value, ...more })),
});

describe('AddFields', () => {
  it('adds values that see the record as the fields before left it', () => {
    const fields = addFields(
      [['a'], '{{ record.id + 1 }}'],
      [['b', 'c'], '{{ record.a * 2 }}'],
      [['shop'], '{{ config.shop }}'],
    );
    expect(transformed(fields, { id: 1 })).toEqual({ id: 1, a: 2, b: { c: 4 }, shop: 'x1' });
  });

  it('gives values as Python reads them, and keeps to a type that is wanted', () => {
    const text = (type: string) => ({ value_type: type });
    const fields = addFields(
      [['n'], '{{ record.id }}'],
      [['s'], '{{ record.id }}', text('string')],
      [['i'], '{{ record.id }}', text('integer')],
      [['list'], '{{ [record.id, None] }}'],
      [['plain'], '2020-01-01'],
      [['zip'], '{{ record.zip }}'],
      [['missing'], '{{ record.nothing }}'],
      [['slice'], "{{ stream_partition['shop_id'] }}"],
    );
    const place = { slice: { partition: { shop_id: 's9' }, cursorSlice: {}, extraFields: {} } };
    expect(transformed(fields, { id: 5, zip: '00123' }, place)).toEqual({
      id: 5,
      zip: '00123',
      n: 5,
      s: '5',
      i: 5,
      list: [5, null],
      plain: '2020-01-01',
      missing: '',
      slice: 's9',
    });
  });

  it('adds only where the condition holds', () => {
    const fields = {
      ...addFields([['a'], '{{ record.id }}'], [['b'], 'x']),
      condition: "{{ value == 'x' or path == ['z'] }}",
    };
    expect(transformed(fields, { id: 1 })).toEqual({ id: 1, b: 'x' });
  });

  it('refuses to go through plain values, and fields without a path', () => {
    expect(() => transformed(addFields([['id', 'x'], '1']), { id: 1 })).toThrow(
      /"orders": AddFields cannot set "id\.x"/,
    );
    expect(() => transformed(addFields([[], '1']), {})).toThrow(/no path/);
  });

  it('changes no prototypes', () => {
    const record = transformed(addFields([['__proto__'], "{{ {'polluted': 1} }}"]), {});
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(JSON.stringify(record)).toBe('{"__proto__":{"polluted":1}}');
  });
});

describe('transformations of keys', () => {
  it('write them in lower case, in snake case, and with other signs', () => {
    expect(transformed({ type: 'KeysToLower' }, { FirstName: 1, same: { Kept: 2 } })).toEqual({
      firstname: 1,
      same: { Kept: 2 },
    });
    expect(transformed({ type: 'KeysToSnakeCase' }, { FirstName: 1, 'Last Name': 2, ok: 3 })).toEqual({
      first_name: 1,
      last_name: 2,
      ok: 3,
    });
    const replace = { type: 'KeysReplace', old: '.', new: '$&' };
    expect(transformed(replace, { 'a.b': { 'c.d': 1, list: [{ 'e.f': 2 }] } })).toEqual({
      'a$&b': { 'c$&d': 1, list: [{ 'e.f': 2 }] },
    });
  });
});

describe('RemoveFields', () => {
  it('removes what is there, with patterns', () => {
    const fields = { type: 'RemoveFields', field_pointers: [['a'], ['list', '*', 'secret'], ['x', 'y', 'z']] };
    expect(transformed(fields, { a: 1, b: 2, list: [{ secret: 1, id: 1 }, { id: 2 }], x: 3 })).toEqual({
      b: 2,
      list: [{ id: 1 }, { id: 2 }],
      x: 3,
    });
  });

  it('keeps to its pointers when it has a condition', () => {
    const fields = { type: 'RemoveFields', field_pointers: [['a'], ['c']], condition: '{{ property == none }}' };
    expect(transformed(fields, { a: null, b: null, c: 1 })).toEqual({ b: null, c: 1 });
  });
});

it('says which transformations there are not', () => {
  expect(() => transformed({ type: 'Shuffle' }, {})).toThrow(/"orders": Shuffle is no transformation/);
});
