import type { RecordFailure } from '../kit/page.ts';
import { extractText, MOST_TEXT } from './extract-text.ts';
import type { FileText } from './extract-text.ts';
import { mediaTypeOf } from './media-types.ts';
import { Unreadable } from './unreadable.ts';

/** What one file gave. */
export type DocumentReading =
  /** It is not there any more. */
  | { readonly type: 'gone' }
  /** `retry`: it must be tried again although it does not change. */
  | {
      readonly type: 'read';
      readonly found: Omit<FileText, 'isCut'> | undefined;
      readonly failure?: RecordFailure;
      readonly retry: boolean;
    };

/** What an error on the way to the bytes of one file means for that file. */
export type DocumentFault = 'gone' | { readonly code: string; readonly message: string; readonly retry: boolean };

export interface DocumentSource {
  /** The record's key, for failures. */
  readonly key: string;
  readonly path: string;
  /** In bytes, as the listing says. */
  readonly size: number;
  readonly maxFileBytes: number;
  readonly signal: AbortSignal;
  /** Fetches the bytes; called only when they can hold text and are not too many. */
  bytes(): Promise<Buffer>;
  /** Judges an error of `bytes`; throws what should stop the stream. */
  faultOf(error: unknown): DocumentFault;
}

/** Reads one file. Whatever is wrong with it, the record stays findable by its name and the stream goes on. */
export async function readDocument(source: DocumentSource): Promise<DocumentReading> {
  const { key, path, size, maxFileBytes, signal } = source;
  const failed = (code: string, message: string, retry: boolean): DocumentReading => ({
    type: 'read',
    found: undefined,
    failure: { key, code, message: `${path}: ${message}` },
    retry,
  });
  const type = mediaTypeOf(path);
  if (type.reader === 'none') return { type: 'read', found: undefined, retry: false };
  if (size > maxFileBytes)
    return failed('too_large', `larger than ${maxFileBytes} bytes; only its name can be found.`, false);
  try {
    const { isCut, ...found } = (await extractText(type, await source.bytes(), signal)) ?? { text: undefined };
    const read = { type: 'read', found: found.text === undefined ? undefined : found, retry: false } as const;
    if (!isCut) return read;
    const message = `${path}: only the first ${MOST_TEXT} characters can be found.`;
    return { ...read, failure: { key, code: 'too_large', message } };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Unreadable) return failed(error.code, error.message, false);
    const fault = source.faultOf(error);
    return fault === 'gone' ? { type: 'gone' } : failed(fault.code, fault.message, fault.retry);
  }
}
