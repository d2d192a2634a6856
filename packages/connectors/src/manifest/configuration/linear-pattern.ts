import { RE2JS } from 're2js';

/** Longer patterns are no rule for a setting that a person types. */
const LONGEST_PATTERN = 1_000;

/**
 * The pattern of a setting: told and published as it is written, but searched by an engine that takes time in proportion to the
 * text. Anybody may write a specification, and JavaScript's own engine can be hung by one. Patterns with look-around or references
 * back cannot be searched so, and take any text. Throws `SyntaxError` for what is no pattern at all.
 */
export class LinearPattern extends RegExp {
  readonly #linear: RE2JS | undefined;

  constructor(source: string) {
    super(source);
    this.#linear = compiled(source);
  }

  override test(text: string): boolean {
    return this.#linear?.matcher(text).find() ?? true;
  }
}

function compiled(source: string): RE2JS | undefined {
  if (source.length > LONGEST_PATTERN) return undefined;
  try {
    return RE2JS.compile(source);
  } catch {
    return undefined;
  }
}
