import { expect, test } from 'vitest';
import { aliases, catalog } from './catalog.ts';
import { packagesLoadedBy } from './testing/loaded-packages.ts';

test('is sorted, names every connector by its own id, and every alias leads to one', async () => {
  expect(Object.keys(catalog)).toEqual(Object.keys(catalog).toSorted());
  for (const [id, load] of Object.entries(catalog)) expect((await load()).id).toBe(id);
  for (const id of Object.values(aliases)) expect(catalog).toHaveProperty(id);
});

/** What a declaration is made of; everything else is for reading, and is loaded by the code that reads. */
const declarative = ['picomatch', 'zod'];
/** What the settings of a source that is a manifest are read and checked with: its declaration is that manifest. */
const ofManifests = ['ajv', 'fast-deep-equal', 'json-schema-traverse', 're2js', 'yaml'];
/** JavaScript around an addon that is loaded with the first database; the service has it anyway. */
const withTheService = ['better-sqlite3'];

test('loads no library that only reading needs, so that listing sources is cheap', async () => {
  const loaded = await packagesLoadedBy(new URL('catalog.ts', import.meta.url), 'catalog');
  expect(loaded).toContain('zod');
  expect(loaded.filter((name) => ![...declarative, ...ofManifests, ...withTheService].includes(name))).toEqual([]);
});
