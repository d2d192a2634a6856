import type { Json } from '../../kit/json.ts';
import { globPattern, isGlob } from './glob-pattern.ts';

type Container = Record<string, Json | undefined> | (Json | undefined)[];

/** Called with the holder of a match, its key in it (an index for lists) and the value. */
type Visit = (holder: Container, key: string | number, value: Json) => void;

interface NameStep {
  readonly type: 'name';
  readonly name: string;
  readonly index: number | undefined;
}

type ChildStep = NameStep | { readonly type: 'pattern'; readonly matches: (key: string) => boolean };

/** A segment; `deep` is `**`: any number of levels, also none. */
type Step = ChildStep | { readonly type: 'deep' };

const EVERY: ChildStep = { type: 'pattern', matches: () => true };

/** Where fields lie in a value: names, indexes of lists, and patterns, as the Python library dpath reads them. */
export interface FieldPath {
  /** It names one field at most. */
  readonly isExact: boolean;
  readonly segments: readonly string[];
  /** The value there (the first of several); `undefined` when there is none. */
  first(root: Json): Json | undefined;
  /** The values of all matches, in their order. */
  all(root: Json): Json[];
  /**
   * Removes all matches, or those whose plain value `wants`. An element of a list becomes `null`, unless it is the last one:
   * what stands behind keeps its place.
   */
  remove(root: Json, wants?: (value: Json) => boolean): void;
}

/** Compiles a path whose segments are the texts of templates that have been evaluated. */
export function fieldPath(segments: readonly string[]): FieldPath {
  const steps = segments.map(stepOf);
  const isExact = steps.every(({ type }) => type === 'name');
  return {
    isExact,
    segments,
    first: isExact ? (root) => follow(root, steps) : (root) => matches(root, steps)[0]?.value,
    all: (root) => matches(root, steps).map(({ value }) => value),
    remove: (root, wants) =>
      isExact && !wants ? removeExact(root, steps as readonly NameStep[]) : removeMatches(root, steps, wants),
  };
}

function stepOf(segment: string): Step {
  if (segment === '**') return { type: 'deep' };
  if (segment === '*') return EVERY;
  if (!isGlob(segment))
    return { type: 'name', name: segment, index: /^\d+$/.test(segment) ? Number(segment) : undefined };
  const pattern = globPattern(segment);
  return { type: 'pattern', matches: (key) => pattern.test(key) };
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

function childOf(holder: Container, step: NameStep): Json | undefined {
  if (Array.isArray(holder)) return step.index === undefined ? undefined : holder[step.index];
  return Object.hasOwn(holder, step.name) ? holder[step.name] : undefined;
}

function follow(root: Json, steps: readonly Step[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    if (!isContainer(value)) return undefined;
    value = childOf(value, step as NameStep);
  }
  return value;
}

function matches(root: Json, steps: readonly Step[]): { holder: Container; key: string | number; value: Json }[] {
  const found: { holder: Container; key: string | number; value: Json }[] = [];
  visitMatches(root, steps, 0, (holder, key, value) => found.push({ holder, key, value }));
  return found;
}

function visitMatches(value: Json, steps: readonly Step[], at: number, visit: Visit): void {
  const step = steps[at];
  if (!step || !isContainer(value)) return;
  if (step.type === 'deep') visitDeep(value, steps, at, visit);
  else {
    const isLast = at === steps.length - 1;
    for (const [key, child] of childrenOf(value, step)) {
      if (isLast) visit(value, key, child);
      else visitMatches(child, steps, at + 1, visit);
    }
  }
}

/** `**` is what follows it here, and the same below every child; as the last step it is every child and what is below. */
function visitDeep(value: Container, steps: readonly Step[], at: number, visit: Visit): void {
  const isLast = at === steps.length - 1;
  const children = childrenOf(value, EVERY);
  if (isLast) for (const [key, child] of children) visit(value, key, child);
  else visitMatches(value as Json, steps, at + 1, visit);
  for (const [, child] of children) if (isContainer(child)) visitDeep(child, steps, at, visit);
}

function childrenOf(holder: Container, step: ChildStep): (readonly [string | number, Json])[] {
  if (step.type === 'name') {
    const child = childOf(holder, step);
    return child === undefined ? [] : [[Array.isArray(holder) ? Number(step.name) : step.name, child]];
  }
  if (Array.isArray(holder)) {
    return holder.flatMap((child, index) =>
      child !== undefined && step.matches(String(index)) ? [[index, child]] : [],
    );
  }
  return Object.entries(holder).flatMap(([key, child]) =>
    child !== undefined && step.matches(key) ? [[key, child]] : [],
  );
}

/** Removes what lies at the path; the root is changed, and what lies on the way is exchanged for changed copies. */
function removeExact(root: Json, steps: readonly NameStep[]): void {
  if (follow(root, steps) === undefined) return;
  let holder = root as unknown as Container;
  for (const [at, step] of steps.entries()) {
    const key = Array.isArray(holder) ? Number(step.name) : step.name;
    if (at === steps.length - 1) return removeKey(holder, key);
    const child = childOf(holder, step) as unknown as Container;
    const last = at === steps.length - 2 ? steps[at + 1] : undefined;
    const own: Container = Array.isArray(child) ? [...child] : last ? without(child, last.name) : { ...child };
    if (Array.isArray(holder)) holder[Number(key)] = own as Json;
    else holder[key] = own as Json;
    if (last && !Array.isArray(child)) return;
    holder = own;
  }
}

/** A copy without a field; to copy all and delete it then takes five times as long. */
function without(fields: Record<string, Json | undefined>, name: string): Record<string, Json | undefined> {
  const { [name]: _, ...rest } = fields;
  return rest;
}

function removeKey(holder: Container, key: string | number): void {
  if (!Array.isArray(holder)) delete holder[key];
  else if (Number(key) === holder.length - 1) holder.pop();
  else holder[Number(key)] = null;
}

function removeMatches(root: Json, steps: readonly Step[], wants: ((value: Json) => boolean) | undefined): void {
  for (const { holder, key, value } of matches(root, steps)) {
    if (wants && (isContainer(value) || !wants(value))) continue;
    removeKey(holder, key);
  }
}
