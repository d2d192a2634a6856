import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../kit/json.ts';
import { TemplateDraft } from './template-draft.ts';

/** What becomes of a template when a value is set at a path; `undefined` when no path leads there. */
function withSet(template: Json, path: readonly string[], value: Json): Json | undefined {
  const draft = new TemplateDraft(template);
  return draft.set(path, value) ? draft.result : undefined;
}

function withCreated(template: Json, ...created: readonly (readonly [readonly string[], Json])[]): Json {
  const draft = new TemplateDraft(template);
  for (const [path, value] of created) draft.create(path, value);
  return draft.result;
}

describe('setting a value in a template', () => {
  const template: Json = {
    name: 'template',
    retriever: { requester: { url: 'x', headers: { 'X-A': '1', 'X-B': '2' } } },
    transformations: [{ fields: [{ path: ['a'] }] }, { fields: [{ path: ['b'] }] }],
  };

  test('follows a path through mappings and lists', () => {
    expect(withSet(template, ['retriever', 'requester', 'url'], 'y')).toMatchObject({
      name: 'template',
      retriever: { requester: { url: 'y', headers: { 'X-A': '1' } } },
    });
    expect(withSet(template, ['transformations', '1', 'fields', '0', 'path'], ['c'])).toMatchObject({
      transformations: [{ fields: [{ path: ['a'] }] }, { fields: [{ path: ['c'] }] }],
    });
  });

  test('changes nothing where no path leads', () => {
    expect(withSet(template, ['retriever', 'url'], 'y')).toBeUndefined();
    expect(withSet(template, ['transformations', '7'], 'y')).toBeUndefined();
    expect(withSet(template, ['name', 'length'], 'y')).toBeUndefined();
  });

  test('knows the globs of one segment', () => {
    expect(withSet(template, ['retriever', 'requester', 'headers', 'X-?'], 'z')).toMatchObject({
      retriever: { requester: { headers: { 'X-A': 'z', 'X-B': 'z' } } },
    });
    expect(withSet(template, ['transformations', '*', 'fields'], [])).toMatchObject({
      transformations: [{ fields: [] }, { fields: [] }],
    });
    const letters = { a1: 0, b1: 0, c1: 0, 'a]': 0, '[': 0 };
    expect(withSet(letters, ['[!ab]1'], 1)).toEqual({ ...letters, c1: 1 });
    expect(withSet(letters, ['[ab]1'], 2)).toEqual({ ...letters, a1: 2, b1: 2 });
    expect(withSet(letters, ['['], 3)).toEqual({ ...letters, '[': 3 });
  });

  test('lets ** stand for any number of segments, also none, and once only', () => {
    const names = { name: 'a', in: { name: 'b', deep: [{ name: 'c' }] } };
    expect(withSet(names, ['**', 'name'], 'x')).toEqual({ name: 'x', in: { name: 'x', deep: [{ name: 'x' }] } });
    expect(withSet(names, ['*', '**', 'name'], 'y')).toEqual({ name: 'a', in: { name: 'y', deep: [{ name: 'y' }] } });
    expect(() => withSet(names, ['**', '**'], 'y')).toThrow('more than once');
  });

  test('gives every place a value of its own, and shares what did not change', () => {
    const shared = { n: 1 };
    const draft = new TemplateDraft({ a: null, b: null, c: shared });
    draft.set(['[ab]'], { n: 1 });
    draft.set(['a', 'n'], 2);
    expect(draft.result).toEqual({ a: { n: 2 }, b: { n: 1 }, c: { n: 1 } });
    expect((draft.result as { readonly c: Json }).c).toBe(shared);
  });
});

describe('creating a place in a template', () => {
  test('makes mappings, and lists where the next segment is a number', () => {
    expect(withCreated({ a: {} }, [['a', 'b', '1', 'c'], 'x'], [['a', 'b', '0'], 'y'])).toEqual({
      a: { b: ['y', { c: 'x' }] },
    });
  });

  test('says so when the way leads through a scalar, or a list would be made too long', () => {
    expect(() => withCreated({ a: 'text' }, [['a', 'b'], 1])).toThrow('cannot be made');
    expect(() => withCreated({ a: [] }, [['a', 'b'], 1])).toThrow('cannot be made');
    expect(() => withCreated({ a: [] }, [['a', '99999999'], 1])).toThrow('cannot be made');
  });

  test('reaches nothing outside of the template, whatever the path says', () => {
    const created = withCreated(
      {},
      [['__proto__', 'polluted'], true],
      [['constructor', 'prototype', 'polluted'], true],
    );
    expect(Object.keys(created as object)).toEqual(['__proto__', 'constructor']);
    expect(withSet(created, ['__proto__'], { polluted: true })).toBeDefined();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

test('whatever is put into drafts of a template, the template itself stays as it is', () => {
  const segment = fc.oneof(fc.constantFrom('*', '**', '0', 'a', 'b', '?'), fc.string({ maxLength: 3 }));
  const path = fc.array(segment, { minLength: 1, maxLength: 4 });
  const keys = fc.constantFrom('a', 'b', '0', '__proto__');
  const template = fc.letrec<{ node: Json }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Json>(1, 'x', null),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(keys, tie('node')),
    ),
  })).node;
  fc.assert(
    fc.property(template, fc.array(path, { maxLength: 4 }), (json, paths) => {
      const before = JSON.stringify(json);
      const draft = new TemplateDraft(json);
      const value = { changed: [1] };
      for (const one of paths) {
        try {
          if (!draft.set(one, value)) draft.create(one, value);
        } catch (error) {
          expect((error as Error).name).toBe('ConnectorError');
        }
      }
      expect(JSON.stringify(json)).toBe(before);
      expect(value).toEqual({ changed: [1] });
    }),
  );
});
