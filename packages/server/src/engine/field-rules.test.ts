import { expect, test } from 'vitest';
import { Secret } from '@tributary/connectors/kit/secret';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { FieldRules } from './field-rules.ts';
import type { FieldRule } from './selection.ts';

const key = new Secret(Buffer.alloc(32, 1).toString('base64'));
const stream = {
  name: 's',
  primaryKey: ['id'],
  key: (row: JsonObject) => String(row['id'] as number),
  jsonSchema: { properties: { id: {}, people: {}, 'a.b': {}, a: {} } },
};
const apply = (row: JsonObject, ...rules: readonly [path: string, action: FieldRule['action']][]) =>
  new FieldRules(
    stream,
    rules.map(([path, action]) => ({ stream: 's', path, action })),
    key,
  ).apply(row);

test('goes through objects and lists, and leaves the given row as it was', () => {
  const row = { id: 1, people: [{ name: 'Ada', phones: [{ number: '1234 5678' }] }, { name: 'Bob' }, 'odd', null] };
  const before = structuredClone(row);
  expect(apply(row, ['people.name', 'drop'], ['people.phones.number', 'mask'])).toEqual({
    id: 1,
    people: [{ phones: [{ number: '***5678' }] }, {}, 'odd', null],
  });
  expect(row).toEqual(before);
});

test('a rule for an object counts for all that is in it', () => {
  expect(apply({ id: 1, a: { b: 'x', c: 'y' } }, ['a', 'drop'], ['a.c', 'hash'])).toEqual({ id: 1 });
  expect(apply({ id: 1, a: { b: 'x' } }, ['a', 'mask'])).toEqual({ id: 1, a: '***' });
});

test('means a field with dots in its name before a path', () => {
  expect(apply({ id: 1, 'a.b': 'x', a: { b: 'y' } }, ['a.b', 'drop'])).toEqual({ id: 1, a: { b: 'y' } });
});

test('looks into what writes itself as JSON', () => {
  const written = { toJSON: () => ({ b: 'x', c: 'secret' }) } as unknown as JsonObject;
  expect(apply({ id: 1, a: written }, ['a.c', 'drop'])).toEqual({ id: 1, a: { b: 'x' } });
});

test('does not touch what objects inherit', () => {
  expect(apply({ id: 1, a: {} }, ['a.constructor', 'mask'], ['a.__proto__.x', 'drop'])).toEqual({ id: 1, a: {} });
});
