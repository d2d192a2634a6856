import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { wholeText } from './document-text.ts';
import type { TextFound } from './document-text.ts';

/** Building a tree of a larger page costs too much memory; its whole text is taken. */
const LARGEST_TREE = 2_000_000;
const MOST_ELEMENTS = 30_000;
/** An article that is shorter than this, or than so much of the page, is a guess that went wrong: a list, a front page. */
const SHORTEST_ARTICLE = 250;
const SMALLEST_SHARE = 0.2;

function articleOf(html: string): string {
  const { document } = parseHTML(html);
  const article = new Readability(document as unknown as ConstructorParameters<typeof Readability>[0], {
    maxElemsToParse: MOST_ELEMENTS,
    charThreshold: SHORTEST_ARTICLE,
    disableJSONLD: true,
  }).parse();
  const found = wholeText(article?.content ?? '');
  return found.type === 'text' ? found.text : '';
}

/**
 * The words of a page without its frame (navigation, side columns, footers) where an article can be told from it, else all
 * its words. Scripts and styles never come along. `unreadable` when elements are nested too deeply.
 */
export function readableText(html: string): TextFound {
  const whole = wholeText(html);
  if (whole.type === 'unreadable' || html.length > LARGEST_TREE) return whole;
  let article = '';
  try {
    article = articleOf(html);
  } catch {
    // Too many elements, or a tree that cannot be built: all the words are better than none.
  }
  const isArticle = article.length >= SHORTEST_ARTICLE && article.length >= whole.text.length * SMALLEST_SHARE;
  return isArticle ? { ...whole, text: article } : whole;
}
