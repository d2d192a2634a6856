import { RE2JS } from 're2js';
import { LIMITS } from './limits.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** Where a pattern was found, and what its groups hold. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
  readonly names: Readonly<Record<string, number>>;
}

const MOST_PATTERNS = 500;
const compiled = new Map<string, RE2JS>();

/**
 * Matches of a Python regular expression in `text`, the first `most` of them. The engine takes time in proportion to the text, so
 * no pattern can hang it; it knows neither look-around nor references back, which are faults.
 */
export function* findMatches(run: Run, pattern: string, text: string, most: number): Generator<RegexMatch> {
  if (text.length > LIMITS.searched) throw new TemplateFault('value', 'a text is too long for a regular expression');
  run.spend(10 + (text.length * (8 + pattern.length)) / 64);
  const matcher = compile(pattern).matcher(text);
  const names = matcher.namedGroups as Readonly<Record<string, number>>;
  for (let found = 0; found < most && matcher.find(); found++) {
    run.spend(1 + text.length / 1024);
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? null);
    yield { start: matcher.start(), end: matcher.end(), groups, names };
  }
}

function compile(pattern: string): RE2JS {
  const before = compiled.get(pattern);
  if (before) return before;
  if (pattern.length > LIMITS.pattern) throw new TemplateFault('value', 'a regular expression is too long');
  try {
    // `\Z` is Python's end of the text.
    const made = RE2JS.compile(pattern.replaceAll(/\\(Z|[^])/g, (whole, letter) => (letter === 'Z' ? '\\z' : whole)));
    if (compiled.size >= MOST_PATTERNS) compiled.clear();
    compiled.set(pattern, made);
    return made;
  } catch {
    throw new TemplateFault(
      'value',
      'a regular expression is not understood; look-around and references back are not supported',
    );
  }
}
