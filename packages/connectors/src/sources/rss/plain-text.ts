import { wholeText } from '../web/document-text.ts';
import type { Markup } from './parsed-feed.ts';

const MOST_TEXT = 1_000_000;

/** The words of a text of a feed, without markup and scripts; empty when there are none. */
export function plainText(markup: Markup | undefined): string {
  if (!markup) return '';
  if (markup.isPlain) return markup.value.trim().slice(0, MOST_TEXT);
  const found = wholeText(markup.value);
  return found.type === 'text' ? found.text.slice(0, MOST_TEXT) : '';
}
