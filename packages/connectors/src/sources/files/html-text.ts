import { Parser } from 'htmlparser2';

const SILENT = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'head']);
const BLOCKS = new Set(
  'address article aside blockquote br caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul'.split(
    ' ',
  ),
);

export interface ReadableText {
  readonly title?: string;
  readonly text: string;
}

/** The words of a page as a reader sees them, one block a line; the title is `<title>`, else the first `<h1>`. */
export function htmlText(html: string): ReadableText {
  const parts: string[] = [];
  let title = '';
  let heading = '';
  let silent = 0;
  let inside: 'title' | 'h1' | undefined;
  const parser = new Parser({
    onopentag(name) {
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
