import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The codes that titles of tests begin with. */
function testedCodes(): ReadonlySet<string> {
  const files = globSync('packages/**/*{.test,.e2e,-contract}.ts', { cwd: root }).filter(
    (path) => !path.includes('node_modules'),
  );
  const titles = files.flatMap((path) => [...readFileSync(join(root, path), 'utf8').matchAll(/['"`](G4-\d+) /g)]);
  return new Set(titles.map(([, code]) => code ?? ''));
}

test('every fault in docs/faults.md is tried by a test with its code, and every such test has its row', () => {
  const page = readFileSync(join(root, 'docs/faults.md'), 'utf8');
  const promised = new Set([...page.matchAll(/^\| (G4-\d+) \|/gm)].map(([, code]) => code ?? ''));
  expect(promised.size).toBeGreaterThan(20);
  const tested = testedCodes();
  expect([...promised].filter((code) => !tested.has(code))).toEqual([]);
  expect([...tested].filter((code) => !promised.has(code))).toEqual([]);
});
