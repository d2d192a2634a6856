import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { aliases, catalog } from './catalog.ts';

test('is sorted, names every connector by its own id, and every alias leads to one', async () => {
  expect(Object.keys(catalog)).toEqual(Object.keys(catalog).toSorted());
  for (const [id, load] of Object.entries(catalog)) expect((await load()).id).toBe(id);
  for (const id of Object.values(aliases)) expect(catalog).toHaveProperty(id);
});

/** What a declaration is made of; everything else is for reading, and is loaded by the code that reads. */
const declarative = ['picomatch', 'zod'];
/** JavaScript around an addon that is loaded with the first database; the service has it anyway. */
const withTheService = ['better-sqlite3'];

test('loads no library that only reading needs, so that listing sources is cheap', async () => {
  const script = `
    const { registerHooks } = await import('node:module');
    const packages = new Set();
    registerHooks({
      load(url, context, next) {
        const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url)?.[1];
        if (name !== undefined) packages.add(name);
        return next(url, context);
      },
    });
    const { catalog } = await import(${JSON.stringify(new URL('catalog.ts', import.meta.url).href)});
    for (const load of Object.values(catalog)) await load();
    process.stdout.write(JSON.stringify([...packages]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  const loaded = (JSON.parse(stdout) as string[]).filter(
    (name) => name !== 'tributary' && !name.startsWith('@tributary'),
  );
  expect(loaded).toContain('zod');
  expect(loaded.filter((name) => ![...declarative, ...withTheService].includes(name))).toEqual([]);
});
