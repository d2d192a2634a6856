import { stopWords } from './stop-words.ts';

/** More words than this add cost and hardly any meaning; a pasted page is cut here. */
const MAX_TERMS = 64;

/** Words as the `unicode61` tokenizer sees them: letters, digits and the marks that belong to them. */
const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu;

/**
 * Turns what a person typed into an FTS5 query: any of the words, each quoted, so that no character of the input is
 * syntax. Stop words are dropped unless nothing else is there. `undefined` when the text has no word.
 */
export function matchExpression(text: string): string | undefined {
  const words = new Set(text.toLowerCase().match(WORD));
  const telling = words.difference(stopWords);
  const terms = [...(telling.size > 0 ? telling : words)].slice(0, MAX_TERMS);
  return terms.length > 0 ? terms.map((term) => `"${term}"`).join(' OR ') : undefined;
}
