import { redactText } from '../../kit/redact-text.ts';
import { Secret } from '../../kit/secret.ts';
import type { Build } from '../model/build.ts';

/** Shorter ones are in too many texts by chance to be looked for inside of them. */
const SHORTEST_INSIDE = 4;

/**
 * What is shown of a text, and what is searched for that: an answer of megabytes may be made to be slow to search. Half of a
 * secret at the end of what is searched lies beyond what is shown.
 */
const MOST_SHOWN = 4_000;
const MOST_SEARCHED = 8_000;

export interface SecretTexts extends Pick<Build, 'guard' | 'shown'> {
  /** More secrets have come into being: tokens that were renewed. */
  add(values: readonly string[]): void;
}

/** How texts that were made from a configuration are kept from being shown. `values` are its plain secrets. */
export function secretTexts(values: readonly string[]): SecretTexts {
  const whole = new Set<string>();
  let inside: readonly string[] = [];
  let looked: readonly string[] = [];
  const add = (more: readonly string[]): void => {
    for (const value of more) whole.add(value);
    // The longest first, so that none leaves a rest of another that begins with it.
    inside = [...whole].filter(({ length }) => length >= SHORTEST_INSIDE).toSorted((a, b) => b.length - a.length);
    looked = [...new Set(inside.flatMap((value) => [value, encodeURIComponent(value), base64(value)]))];
  };
  add(values);
  return {
    add,
    guard: (text) => (whole.has(text) || looked.some((value) => text.includes(value)) ? new Secret(text) : text),
    shown: (text) => redactText(text.slice(0, MOST_SEARCHED), looked).slice(0, MOST_SHOWN),
  };
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
