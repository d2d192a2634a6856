import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { globPattern, isGlob } from '../records/glob-pattern.ts';

type Branch = (Json | undefined)[] | { [key: string]: Json | undefined };

/** Paths may come from what a source says; a list is never made longer than this for one of them. */
const LONGEST_LIST = 10_000;

/**
 * A template while values are put into it. The template stays as it is, and what is not changed is shared with it: many
 * streams of one large template take little room.
 */
export class TemplateDraft {
  #root: Json;
  /** What was copied or made here and may be changed. */
  readonly #own = new WeakSet<object>();

  constructor(template: Json) {
    this.#root = template;
  }

  /** The template with everything that was put into it; it must not be changed. */
  get result(): Json {
    return this.#root;
  }

  /**
   * Sets `value` wherever a path fits `pattern`, and says whether there was such a place. A segment may be a glob (`*`, `?`,
   * `[…]`), and one segment may be `**` for any number of them, also none; indices of lists are segments too. Throws
   * `ConnectorError('configuration')` for more than one `**`. Source: `dpath.set`, which the CDK's resolvers use.
   */
  set(pattern: readonly string[], value: Json): boolean {
    if (pattern.filter((segment) => segment === '**').length > 1) {
      throw new ConnectorError('configuration', `The field path ${shown(pattern)} has "**" more than once.`);
    }
    // All places are looked up first: what is set at one of them is not searched for others.
    const places = [...placesIn(this.#root, pattern, 0, [])];
    let found = false;
    for (const place of places) {
      if (!leadsSomewhere(this.#root, place)) continue;
      this.#put(place, value);
      found = true;
    }
    return found;
  }

  /**
   * Sets `value` at `path`, and makes mappings and lists on the way: a list where the next segment is a number. Throws
   * `ConnectorError('configuration')` when the way leads through a scalar. Source: `dpath.new`.
   */
  create(path: readonly string[], value: Json): void {
    this.#put(path, value);
  }

  #put(path: readonly string[], value: Json): void {
    const last = path.length - 1;
    let branch = (this.#root = this.#owned(this.#root, path));
    for (const [index, key] of path.entries()) {
      if (index === last) {
        setMember(branch, key, value, path);
        return;
      }
      const child = has(branch, key) ? memberOf(branch, key) : undefined;
      const next =
        child === undefined ? this.#made(isIndex(path[index + 1] ?? '') ? [] : {}) : this.#owned(child, path);
      setMember(branch, key, next, path);
      branch = next;
    }
  }

  #owned(node: Json, path: readonly string[]): Branch & Json {
    if (!isBranch(node)) throw unreachablePath(path);
    if (this.#own.has(node)) return node;
    return this.#made(Array.isArray(node) ? [...(node as readonly Json[])] : { ...node });
  }

  #made(branch: Branch): Branch & Json {
    this.#own.add(branch);
    return branch as Branch & Json;
  }
}

function* placesIn(
  node: Json | undefined,
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
    if (has(node, segment)) yield* placesIn(memberOf(node, segment), pattern, index + 1, [...path, segment]);
    return;
  }
  const glob = globPattern(segment);
  for (const key of Object.keys(node)) {
    const next = segment === '**' ? index : index + 1;
    if (segment === '**' || glob.test(key)) yield* placesIn(memberOf(node, key), pattern, next, [...path, key]);
  }
}

function leadsSomewhere(root: Json, path: readonly string[]): boolean {
  let node: Json | undefined = root;
  for (const key of path) {
    if (!isBranch(node) || !has(node, key)) return false;
    node = memberOf(node, key);
  }
  return true;
}

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null;
const isIndex = (segment: string): boolean => /^\d+$/.test(segment);

/** Own members only: `__proto__` and `constructor` lead nowhere. */
const has = (branch: Branch, key: string): boolean =>
  Array.isArray(branch) ? isIndex(key) && Number(key) < branch.length : Object.hasOwn(branch, key);

const memberOf = (branch: Branch, key: string): Json | undefined =>
  Array.isArray(branch) ? branch[Number(key)] : branch[key];

function setMember(branch: Branch, key: string, value: Json, path: readonly string[]): void {
  if (Array.isArray(branch)) {
    if (!isIndex(key) || Number(key) >= LONGEST_LIST) throw unreachablePath(path);
    while (branch.length < Number(key)) branch.push(null);
    branch[Number(key)] = value;
  } else if (key === '__proto__') {
    Object.defineProperty(branch, key, { value, writable: true, enumerable: true, configurable: true });
  } else branch[key] = value;
}

const shown = (path: readonly string[]): string => JSON.stringify(path);

const unreachablePath = (path: readonly string[]): ConnectorError =>
  new ConnectorError(
    'configuration',
    `The field path ${shown(path)} cannot be made: a part of it is no mapping or list.`,
  );
