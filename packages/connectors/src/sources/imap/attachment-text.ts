import { EXTRACTOR_VERSION, extractText, MOST_TEXT } from '../../documents/extract-text.ts';
import { type MediaType, mediaTypeOf } from '../../documents/media-types.ts';
import { Unreadable } from '../../documents/unreadable.ts';

/** Another number when the same bytes give other text. */
export const DOCUMENTS_VERSION: number = EXTRACTOR_VERSION;

/** How documents are read whose names do not say what they are. */
const BY_CONTENT_TYPE: Readonly<Record<string, string>> = {
  'text/plain': 'x.txt',
  'text/html': 'x.html',
  'text/markdown': 'x.md',
  'text/csv': 'x.csv',
  'text/calendar': 'x.ics',
  'application/json': 'x.json',
  'application/xml': 'x.xml',
  'application/pdf': 'x.pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'x.docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'x.xlsx',
};

/** The words of a file; `problem` says what is missing of them, and why. */
export interface ExtractedText {
  readonly title?: string;
  readonly text?: string;
  readonly problem?: { readonly code: string; readonly message: string };
}

function readerOf(name: string, contentType: string): MediaType {
  const byName = mediaTypeOf(name);
  const known = BY_CONTENT_TYPE[contentType];
  if (byName.reader !== 'sniff') return byName;
  if (known !== undefined) return mediaTypeOf(known);
  return /^(image|audio|video)\//.test(contentType) ? { mediaType: contentType, reader: 'none' } : byName;
}

/** Whether the bytes of such a file are worth asking for. */
export const holdsText = (name: string, contentType: string): boolean => readerOf(name, contentType).reader !== 'none';

/** The words of an attached file, when it has any that we read. */
export function attachmentText(
  name: string,
  contentType: string,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<ExtractedText> {
  return extract(readerOf(name, contentType), bytes, signal);
}

/** The words of an HTML body as a reader sees them. */
export function htmlBodyText(html: string, signal: AbortSignal): Promise<ExtractedText> {
  return extract({ mediaType: 'text/html', reader: 'html' }, Buffer.from(html, 'utf8'), signal);
}

async function extract(type: MediaType, bytes: Buffer, signal: AbortSignal): Promise<ExtractedText> {
  try {
    const { isCut, ...found } = (await extractText(type, bytes, signal)) ?? {};
    if (!isCut) return found;
    const message = `only the first ${MOST_TEXT} characters can be found.`;
    return { ...found, problem: { code: 'too_large', message } };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: { code: error.code, message: error.message } };
    throw error;
  }
}
