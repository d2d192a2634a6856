import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderPayload } from './rendering.ts';

it('writes fields as lines, nested ones by their path, lists joined, empty values not at all', () => {
  const payload = {
    title: 'Sync',
    done: false,
    points: 0,
    owner: { name: 'Ada', address: { city: 'London', zip: null } },
    labels: ['a', '', null, 'b', 3, true],
    comments: [{ by: 'x', text: 'one' }, { by: 'y' }, ['deep', ['er']]],
    empty: '',
    nothing: null,
    none: [],
    bare: {},
  };
  expect(renderPayload(payload).split('\n')).toEqual([
    'title: Sync',
    'done: false',
    'points: 0',
    'owner.name: Ada',
    'owner.address.city: London',
    'labels: a, b, 3, true',
    'comments.by: x',
    'comments.text: one',
    'comments.by: y',
    'comments: deep',
    'comments: er',
  ]);
});

it('holds every text and number of any payload', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
      const fields = JSON.parse(JSON.stringify(payload)) as JsonObject;
      const text = renderPayload(fields);
      JSON.stringify(fields, (_, value: Json) => {
        if (value !== null && value !== '' && typeof value !== 'object') expect(text).toContain(String(value));
        return value;
      });
    }),
  );
});
