import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packagesLoadedBy } from './testing/loaded-packages.ts';
import { findType, typeAliases, typeCatalog } from './type-catalog.ts';

const root = new URL('types/', import.meta.url).pathname;

describe('the catalogue of connection types', () => {
  test('is sorted, names every type by its own id, and leaves out no folder', async () => {
    expect(Object.keys(typeCatalog)).toEqual(Object.keys(typeCatalog).toSorted());
    for (const [id, load] of Object.entries(typeCatalog)) expect((await load()).id).toBe(id);
    const folders = globSync('*/index.ts', { cwd: root }).map((path) => dirname(path));
    expect(folders.toSorted()).toEqual(Object.keys(typeCatalog));
  });

  test('finds a type by its id and by other spellings, and nothing by the names that every object has', async () => {
    expect((await findType('email'))?.id).toBe('email');
    for (const [spelling, id] of Object.entries(typeAliases))
      expect((await findType(spelling))?.id).toBe(id in typeCatalog ? id : undefined);
    for (const word of ['', 'Email', 'toString', '__proto__', 'constructor'])
      expect(await findType(word)).toBeUndefined();
  });

  test.each(Object.keys(typeCatalog))('has a README for %s that says what test, open and the limits are', (id) => {
    const text = readFileSync(`${root}${id}/README.md`, 'utf8');
    expect(text).toMatch(new RegExp(`^# ${id}\\n`));
    for (const word of [/\btest\b/i, /\bopen/i, /\blimits?\b/i]) expect(text).toMatch(word);
  });

  test('loads no client before it is used, so that listing types is cheap', async () => {
    const loaded = await packagesLoadedBy(new URL('type-catalog.ts', import.meta.url), 'typeCatalog');
    expect(loaded).toEqual(['zod']);
  });
});
