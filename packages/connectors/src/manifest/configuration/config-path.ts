import type { Json } from '../../kit/json.ts';

/** Settings under construction: migrations and transformations change a copy of them in place. */
export type MutableConfig = Record<string, Json | undefined>;

/** Where a value stands. */
export interface ConfigSpot {
  readonly holder: MutableConfig;
  readonly name: string;
}

const isHolder = (value: unknown): value is MutableConfig => typeof value === 'object' && value !== null;

/** The places of `config` that a path leads to; `*` stands for every name or index. What is not there is left out. */
export function spotsAt(config: MutableConfig, path: readonly string[]): readonly ConfigSpot[] {
  const last = path.at(-1);
  if (last === undefined) return [];
  let holders: readonly unknown[] = [config];
  for (const part of path.slice(0, -1))
    holders = holders.filter(isHolder).flatMap((one) => membersOf(one, part).map((name) => one[name]));
  return holders.filter(isHolder).flatMap((holder) => membersOf(holder, last).map((name) => ({ holder, name })));
}

const membersOf = (holder: MutableConfig, part: string): readonly string[] => {
  if (part === '*') return Object.keys(holder);
  return Object.hasOwn(holder, part) ? [part] : [];
};

/** Sets the value at a path; mappings on the way are made where there are none. */
export function putAt(config: MutableConfig, path: readonly string[], value: Json): void {
  let holder = config;
  for (const part of path.slice(0, -1)) {
    const next = Object.hasOwn(holder, part) ? holder[part] : undefined;
    if (isHolder(next)) holder = next;
    else {
      const made: MutableConfig = {};
      define(holder, part, made as Json);
      holder = made;
    }
  }
  const last = path.at(-1);
  if (last !== undefined) define(holder, last, value);
}

/** Names come from manifests: `__proto__` must be a name like any other. */
function define(holder: MutableConfig, name: string, value: Json): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}
