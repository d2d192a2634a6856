import { Parser } from 'htmlparser2';
import { Unreadable } from './unreadable.ts';

const SILENT = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'head']);
const BLOCKS = new Set(
  'address article aside blockquote br caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul'.split(
    ' ',
  ),
);

/** The parser's work grows with the square of the depth; browsers stop at 512. */
const DEEPEST = 2_000;

export interface ReadableText {
  readonly title?: string;
  readonly text: string;
}

/**
 * The words of a page as a reader sees them, one block a line; the title is `<title>`, else the first `<h1>`.
 * Throws `Unreadable` when elements are nested too deeply.
 */
export function htmlText(html: string): ReadableText {
  const parts: string[] = [];
  let title = '';
  let heading = '';
  let silent = 0;
  let depth = 0;
  let inside: 'title' | 'h1' | undefined;
  const parser = new Parser({
    onopentag(name) {
      depth += 1;
      if (depth > DEEPEST) throw new Unreadable('broken', `The page nests more than ${DEEPEST} elements.`);
      if (SILENT.has(name)) silent += 1;
      if (name === 'title' && title === '') inside = 'title';
      if (name === 'h1' && heading === '') inside = 'h1';
      if (BLOCKS.has(name)) parts.push('\n');
      if (name === 'td' || name === 'th') parts.push('\t');
    },
    ontext(text) {
      if (inside === 'title') title += text;
      if (silent > 0) return;
      if (inside === 'h1') heading += text;
      parts.push(text.replace(/\s+/g, ' '));
    },
    onclosetag(name) {
      depth -= 1;
      if (SILENT.has(name)) silent = Math.max(0, silent - 1);
      if (name === inside) inside = undefined;
      if (BLOCKS.has(name)) parts.push('\n');
    },
  });
  parser.end(html);
  const text = parts
    .join('')
    .replace(/[ \t]*\n[ \t]*/g, '\n')
    .replace(/\n{2,}/g, '\n\n')
    .trim();
  const found = (title.trim() || heading.trim()).replace(/\s+/g, ' ');
  return found === '' ? { text } : { title: found, text };
}
