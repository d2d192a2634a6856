import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { globPattern, isGlob } from '../records/glob-pattern.ts';

/** JSON that is being filled in: a copy of a template. */
export type MutableJson = string | number | boolean | null | MutableJson[] | { [key: string]: MutableJson | undefined };

type Branch = MutableJson[] | { [key: string]: MutableJson | undefined };

/** Paths may come from what a source says; a list is never made longer than this for one of them. */
const LONGEST_LIST = 10_000;

/**
 * Sets `value` wherever a path of `root` fits `pattern`, and says whether there was such a place. A segment may be a glob
 * (`*`, `?`, `[…]`), and one segment may be `**` for any number of them, also none; indices of lists are segments too.
 * Throws `ConnectorError('configuration')` for more than one `**`. Source: `dpath.set`, which the CDK's resolvers use.
 */
export function setAtPath(root: MutableJson, pattern: readonly string[], value: Json): boolean {
  if (pattern.filter((segment) => segment === '**').length > 1) {
    throw new ConnectorError('configuration', `The field path ${shown(pattern)} has "**" more than once.`);
  }
  // All places are looked up first: what is set at one of them is not searched for others.
  const places = [...placesIn(root, pattern, 0, [])];
  let found = false;
  for (const place of places) {
    const branch = branchAt(root, place.slice(0, -1));
    const key = place.at(-1);
    if (branch === undefined || key === undefined || !has(branch, key)) continue;
    put(branch, key, copyJson(value));
    found = true;
  }
  return found;
}

/**
 * Sets `value` at `path`, and makes mappings and lists on the way: a list where the next segment is a number. Throws
 * `ConnectorError('configuration')` when the way leads through a scalar. Source: `dpath.new`.
 */
export function createAtPath(root: MutableJson, path: readonly string[], value: Json): void {
  let branch = root;
  for (const [index, key] of path.entries()) {
    if (!isBranch(branch)) throw unreachablePath(path, path.slice(0, index));
    if (index === path.length - 1) {
      put(branch, key, copyJson(value), path);
    } else {
      if (!has(branch, key)) put(branch, key, isIndex(path[index + 1] ?? '') ? [] : {}, path);
      branch = child(branch, key) ?? null;
    }
  }
}

/** A deep copy that can be changed. */
export function copyJson(value: Json | undefined): MutableJson {
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (isList(value)) return value.map((item) => copyJson(item));
  const copy: { [key: string]: MutableJson | undefined } = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) put(copy, key, copyJson(item));
  return copy;
}

function* placesIn(
  node: MutableJson | undefined,
  pattern: readonly string[],
  index: number,
  path: readonly string[],
): Generator<readonly string[]> {
  const segment = pattern[index];
  if (segment === undefined) {
    if (path.length > 0) yield path;
    return;
  }
  if (segment === '**') yield* placesIn(node, pattern, index + 1, path);
  if (!isBranch(node)) return;
  if (!isGlob(segment)) {
    if (has(node, segment)) yield* placesIn(child(node, segment), pattern, index + 1, [...path, segment]);
    return;
  }
  const glob = globPattern(segment);
  for (const key of Object.keys(node)) {
    const next = segment === '**' ? index : index + 1;
    if (segment === '**' || glob.test(key)) yield* placesIn(child(node, key), pattern, next, [...path, key]);
  }
}

function branchAt(root: MutableJson, path: readonly string[]): Branch | undefined {
  let node: MutableJson | undefined = root;
  for (const key of path) {
    if (!isBranch(node) || !has(node, key)) return undefined;
    node = child(node, key);
  }
  return isBranch(node) ? node : undefined;
}

const isBranch = (value: MutableJson | undefined): value is Branch => typeof value === 'object' && value !== null;
const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);
const isIndex = (segment: string): boolean => /^\d+$/.test(segment);

/** Own members only: `__proto__` and `constructor` lead nowhere. */
const has = (branch: Branch, key: string): boolean =>
  Array.isArray(branch) ? isIndex(key) && Number(key) < branch.length : Object.hasOwn(branch, key);

const child = (branch: Branch, key: string): MutableJson | undefined =>
  Array.isArray(branch) ? branch[Number(key)] : branch[key];

function put(branch: Branch, key: string, value: MutableJson, path: readonly string[] = [key]): void {
  if (Array.isArray(branch)) {
    if (!isIndex(key) || Number(key) >= LONGEST_LIST) throw unreachablePath(path, [key]);
    while (branch.length < Number(key)) branch.push(null);
    branch[Number(key)] = value;
  } else if (key === '__proto__') {
    Object.defineProperty(branch, key, { value, writable: true, enumerable: true, configurable: true });
  } else branch[key] = value;
}

const shown = (path: readonly string[]): string => JSON.stringify(path);

const unreachablePath = (path: readonly string[], at: readonly string[]): ConnectorError =>
  new ConnectorError('configuration', `The field path ${shown(path)} cannot be made: see the part ${shown(at)}.`);
