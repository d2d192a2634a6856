/**
 * What one evaluation of a template may use; a manifest comes from anybody. A step is one pass of a loop, one call, or so many
 * characters or members that something makes: all of them together take well under 50 ms.
 */
export const LIMITS = {
  /** Characters of a template's text. The longest of a published manifest has 750. */
  source: 32_768,
  /** Expressions and blocks within each other. */
  nesting: 64,
  steps: 200_000,
  /** Characters of a text that a template makes. */
  text: 4_194_304,
  /** Characters that are made for one step. */
  textPerStep: 64,
  /** The same where each character is looked up, or may be replaced. */
  hardTextPerStep: 4,
  /** Members of a result that are made JSON for one step. */
  plainPerStep: 4,
  /** Members of a list or mapping that a template makes. */
  members: 100_000,
  /** Bits of an integer. */
  integerBits: 4096,
  /** Characters of a regular expression, and of the text it is searched in. */
  pattern: 1000,
  searched: 65_536,
  /** Levels of lists and mappings within a value that is written as text or read from it. */
  valueDepth: 100,
} as const;
