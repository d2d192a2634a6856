import { RE2JS } from 're2js';
import { LIMITS } from './limits.ts';
import { MeteredText } from './metered-text.ts';
import { patternSize } from './pattern-size.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** Where a pattern was found, and what its groups hold. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
  readonly names: Readonly<Record<string, number>>;
}

/** Steps of a look at a character, and of each part of a pattern for it: at worst all of them wait for the character. */
const LOOK = 0.5;
const LOOK_PER_PART = 1 / 12;
/** Steps of a part that is compiled. */
const COMPILED_PART = 8;
/** Marks, of parts times characters, that are cleared for one step. */
const CLEARED_PER_STEP = 16_384;

const MOST_PATTERNS = 500;
interface Compiled {
  readonly regex: RE2JS;
  /** Of its program. */
  readonly parts: number;
  /** Steps of compiling it. */
  readonly cost: number;
}

const compiled = new Map<string, Compiled>();

/**
 * Matches of a Python regular expression in `text`, the first `most` of them. The engine takes time in proportion to pattern and
 * text, and every look at the text is paid for; it knows neither look-around nor references back, which are faults.
 */
export function* findMatches(run: Run, pattern: string, text: string, most: number): Generator<RegexMatch> {
  if (text.length > LIMITS.searched) throw new TemplateFault('value', 'a text is too long for a regular expression');
  const { regex, parts } = compile(run, pattern);
  const matcher = regex.matcher(new MeteredText(text, run, LOOK + parts * LOOK_PER_PART) as unknown as string);
  const names = matcher.namedGroups as Readonly<Record<string, number>>;
  for (let found = 0; found < most && matcher.find(); found++) {
    // What it remembers of where it was is cleared before each search.
    run.spend(1 + matcher.groupCount() + (text.length * parts) / CLEARED_PER_STEP);
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? null);
    yield { start: matcher.start(), end: matcher.end(), groups, names };
  }
}

function compile(run: Run, pattern: string): Compiled {
  if (pattern.length > LIMITS.pattern) throw new TemplateFault('value', 'a regular expression is too long');
  const before = compiled.get(pattern);
  const cost = before?.cost ?? patternSize(pattern) * COMPILED_PART;
  // Also when it is known already: what a template may do does not hang on what was done before.
  run.spend(cost);
  if (before) return before;
  try {
    // `\Z` is Python's end of the text.
    const regex = RE2JS.compile(pattern.replaceAll(/\\(Z|[^])/g, (whole, letter) => (letter === 'Z' ? '\\z' : whole)));
    const made = { regex, cost, parts: regex.matcher('').programSize() };
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
