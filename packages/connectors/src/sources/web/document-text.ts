import { EXTRACTOR_VERSION, extractText, MOST_TEXT } from '../../documents/extract-text.ts';
import { htmlText } from '../../documents/html-text.ts';
import { mediaTypeOf } from '../../documents/media-types.ts';
import type { MediaType } from '../../documents/media-types.ts';
import { Unreadable } from '../../documents/unreadable.ts';

/** Text that was found, or the words for why there is none. */
export type TextFound =
  | { readonly type: 'text'; readonly title?: string; readonly text: string; readonly isCut: boolean }
  | { readonly type: 'unreadable'; readonly code: string; readonly message: string };

export const TEXT_VERSION = EXTRACTOR_VERSION;

const cut = (title: string | undefined, text: string): TextFound => ({
  type: 'text',
  ...(title !== undefined && { title }),
  text: text.slice(0, MOST_TEXT),
  isCut: text.length > MOST_TEXT,
});

function unreadable(error: unknown): TextFound {
  if (!(error instanceof Unreadable)) throw error;
  return { type: 'unreadable', code: error.code, message: error.message };
}

/** Whether the ending of a path promises something that holds no text: pictures, sound, archives, programs. */
export const promisesNoText = (path: string): boolean => mediaTypeOf(path).reader === 'none';

/** All words of a page, one block a line, without scripts and styles; and its title. */
export function wholeText(html: string): TextFound {
  try {
    const { title, text } = htmlText(html);
    return cut(title, text);
  } catch (error) {
    return unreadable(error);
  }
}

/** Title and text of a document that is not a page. Throws the signal's reason when it is aborted. */
export async function documentText(
  reader: Exclude<MediaType['reader'], 'none' | 'sniff' | 'html'>,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<TextFound> {
  try {
    const found = await extractText({ mediaType: '', reader }, bytes, signal);
    return { type: 'text', text: '', ...found, isCut: found?.isCut === true };
  } catch (error) {
    signal.throwIfAborted();
    return unreadable(error);
  }
}
