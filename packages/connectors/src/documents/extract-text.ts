import type { MediaType } from './media-types.ts';
import type { ReadableText } from './html-text.ts';
import { decodeText, looksLikeText, markdownTitle } from './plain-text.ts';
import { Unreadable } from './unreadable.ts';
import { checkZip } from './zip-limits.ts';

/** Raise it when the same bytes give other text: every file is then read again. */
export const EXTRACTOR_VERSION = 1;

/** Text beyond so many characters is cut: no search needs more of one file, and a small PDF can hold endless pages. */
export const MOST_TEXT = 4_000_000;

export interface FileText extends ReadableText {
  /** Whether there was more text than `MOST_TEXT`. */
  readonly isCut?: true;
}

/** Parsers are loaded on first use: most folders need few of them, and a process that reads nothing needs none. */
async function pdfText(bytes: Buffer, signal: AbortSignal): Promise<ReadableText> {
  const { getDocumentProxy, getMeta } = await import('unpdf');
  const pdf = await getDocumentProxy(new Uint8Array(bytes), {
    verbosity: 0,
    stopAtErrors: false,
  });
  try {
    const pages: string[] = [];
    let size = 0;
    for (let number = 1; number <= pdf.numPages && size <= MOST_TEXT; number += 1) {
      signal.throwIfAborted();
      const page = await pdf.getPage(number);
      const content = await page.getTextContent();
      const text = content.items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join('');
      pages.push(text);
      size += text.length;
      page.cleanup();
    }
    const { info } = await getMeta(pdf);
    const title: unknown = info['Title'];
    const text = pages.join('\n\n').trim();
    return typeof title === 'string' && title.trim() !== '' ? { title: title.trim(), text } : { text };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function docxText(bytes: Buffer): Promise<ReadableText> {
  checkZip(bytes);
  const { default: mammoth } = await import('mammoth');
  const { value } = await mammoth.extractRawText({ buffer: bytes });
  return { text: value.replace(/\n{3,}/g, '\n\n').trim() };
}

function cellText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

async function xlsxText(bytes: Buffer): Promise<ReadableText> {
  checkZip(bytes);
  // Not its `/node` entry: that one unpacks from the front and would trust entries that the checked directory leaves out.
  const { default: readXlsxFile } = await import('read-excel-file/universal');
  const sheets = await readXlsxFile(new Uint8Array(bytes).buffer);
  const text = sheets
    .map(({ sheet, data }) => `${sheet}\n${data.map((row) => row.map(cellText).join('\t').trimEnd()).join('\n')}`)
    .join('\n\n');
  return { text };
}

async function extract(type: MediaType, bytes: Buffer, signal: AbortSignal): Promise<ReadableText | undefined> {
  switch (type.reader) {
    case 'none':
      return undefined;
    case 'pdf':
      return await pdfText(bytes, signal);
    case 'docx':
      return await docxText(bytes);
    case 'xlsx':
      return await xlsxText(bytes);
    case 'html': {
      const { htmlText } = await import('./html-text.ts');
      return htmlText(decodeText(bytes));
    }
    case 'markdown': {
      const text = decodeText(bytes);
      const title = markdownTitle(text);
      return title === undefined ? { text } : { title, text };
    }
    case 'plain':
      return { text: decodeText(bytes) };
    case 'sniff':
      return looksLikeText(bytes) ? { text: decodeText(bytes) } : undefined;
  }
}

/**
 * Title and text of a file's bytes; `undefined` when it holds no text that we read. Throws `Unreadable` (`broken`,
 * `too_large`), whatever the parser threw; throws the signal's reason when it is aborted between two PDF pages.
 */
export async function extractText(type: MediaType, bytes: Buffer, signal: AbortSignal): Promise<FileText | undefined> {
  try {
    const found = await extract(type, bytes, signal);
    return found && found.text.length > MOST_TEXT
      ? { ...found, text: found.text.slice(0, MOST_TEXT), isCut: true }
      : found;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Unreadable) throw error;
    const why = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    throw new Unreadable('broken', `The file is damaged or protected: ${why}`, error);
  }
}
