import { expect, test } from 'vitest';
import { resolveReferences } from './resolve-references.ts';

test('replaces any text that begins with a reference, under whichever key', () => {
  const resolved = resolveReferences({
    key: 1234,
    reference: '#/key',
    list: ['#/key', '#comment'],
    pairs: { a: '#/key' },
  });
  expect(resolved).toEqual({ key: 1234, reference: 1234, list: [1234, '#comment'], pairs: { a: 1234 } });
});

test('lays the own keys of an object over those of what it refers to', () => {
  const resolved = resolveReferences({ base: { a: 1, b: { c: 2 } }, one: { $ref: '#/base', b: 3, d: 4 } });
  expect(resolved['one']).toEqual({ a: 1, b: 3, d: 4 });
});

test('takes a plain value in place of the object that refers to it', () => {
  expect(resolveReferences({ base: [1], one: { $ref: '#/base', b: 3 } })['one']).toEqual([1]);
});

test('tries the whole path before its parts, at every level', () => {
  const resolved = resolveReferences({
    nested: { path: 'first', 'deep/er': { x: 'third' } },
    'nested/path': 'second',
    one: '#/nested/path',
    two: '#/nested/deep/er',
    three: '#/nested/deep/er/x'.slice(0, 16),
  });
  expect(resolved).toMatchObject({ one: 'second', two: { x: 'third' }, three: { x: 'third' } });
});

test('counts the items of lists', () => {
  expect(resolveReferences({ list: [{ a: 1 }, { a: 2 }], one: '#/list/1/a' })['one']).toBe(2);
});

test('resolves references within what is referred to', () => {
  expect(resolveReferences({ a: '#/b/c', b: { c: { d: '#/e' } }, e: 5 })['a']).toEqual({ d: 5 });
});

test('leaves configuration overrides as they are', () => {
  const manifest = { check: { config_overrides: { path: '#/not/a/reference', $ref: '#/nor/this' } } };
  expect(resolveReferences(manifest)).toEqual(manifest);
});

test('names the way around a circle', () => {
  const manifest = { start: '#/a', a: { b: '#/b' }, b: ['#/c'], c: { $ref: '#/a' } };
  expect(() => resolveReferences(manifest)).toThrow(/#\/a → #\/b → #\/c → #\/a\.$/);
  expect(() => resolveReferences({ a: { within: '#/a' } })).toThrow(/#\/a → #\/a/);
});

test.each([['#/nobody'], ['#/list/7'], ['#/a/__proto__'], ['#/a/constructor'], ['#/list/length']])(
  'names the reference %s that leads nowhere',
  (reference) => {
    expect(() => resolveReferences({ a: { x: 1 }, list: [1], reference })).toThrow(`\`${reference}\``);
  },
);

test('shares what is referred to, however often', () => {
  const manifest: Record<string, unknown> = { a0: { x: 1 } };
  for (let at = 1; at <= 15; at += 1) manifest[`a${at}`] = { l: `#/a${at - 1}`, r: `#/a${at - 1}` };
  const { a15 } = resolveReferences(manifest as never) as Record<string, { l: unknown; r: unknown }>;
  expect(a15?.l).toBe(a15?.r);
});

test('refuses references that grow beyond measure', () => {
  const manifest: Record<string, unknown> = { a0: { x: 1 } };
  for (let at = 1; at <= 60; at += 1) manifest[`a${at}`] = { l: `#/a${at - 1}`, r: { $ref: `#/a${at - 1}`, own: at } };
  expect(() => resolveReferences(manifest as never)).toThrow(/grows to more than 3,000,000 values/);
});

test('refuses a chain of references without an end in sight', () => {
  const manifest: Record<string, unknown> = { a0: 1 };
  for (let at = 1; at <= 5000; at += 1) manifest[`a${at}`] = `#/a${at - 1}`;
  const reversed = Object.fromEntries(Object.entries(manifest).toReversed());
  expect(() => resolveReferences(reversed as never)).toThrow(/lead to each other/);
});
