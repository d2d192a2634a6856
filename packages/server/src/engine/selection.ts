/** What becomes of a stream or a field that the source did not have before. */
export type NewcomerPolicy = 'take' | 'hold' | 'fail';

/** What is done to one field before anything of a record is stored. */
export interface FieldRule {
  /** A stream's name, or `*` for all of them; a rule for the stream itself wins over one for all. */
  readonly stream: string;
  /** Names from the row down, joined by dots; lists on the way are gone through. */
  readonly path: string;
  readonly action: 'drop' | 'hash' | 'mask';
  /** With `mask`: how many characters stay at the end. */
  readonly keep?: number | undefined;
}

/** What of a source is let in, and in which shape. */
export interface Selection {
  /** Patterns of stream names; `*` stands for any text. A stream is read when one includes it and none excludes it. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly fields: readonly FieldRule[];
  readonly newStreams: NewcomerPolicy;
  readonly newFields: NewcomerPolicy;
}

/** All streams, as they are. */
export const EVERYTHING: Selection = {
  include: ['*'],
  exclude: [],
  fields: [],
  newStreams: 'take',
  newFields: 'take',
};

/** Whether a stream's name fits a pattern. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop() ?? '';
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

export function isSelected({ include, exclude }: Pick<Selection, 'include' | 'exclude'>, stream: string): boolean {
  const isNamed = (patterns: readonly string[]): boolean => patterns.some((one) => matchesPattern(one, stream));
  return isNamed(include) && !isNamed(exclude);
}

/** The rules of one stream, one for each path, in the order of their paths. */
export function rulesOf({ fields }: Pick<Selection, 'fields'>, stream: string): readonly FieldRule[] {
  const byPath = new Map<string, FieldRule>();
  for (const rule of fields) if (rule.stream === '*') byPath.set(rule.path, rule);
  for (const rule of fields) if (rule.stream === stream) byPath.set(rule.path, rule);
  return [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
