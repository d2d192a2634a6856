import type { Decoder } from '../manifest/model/records.ts';

/** More of one text is not kept. */
const MOST_TEXT = 2_000_000;

/** A byte order mark is no part of a text. */
const MARK = /^\uFEFF/;

/**
 * `CustomDecoder` for answers that are plain text, as exports of documents are: the whole body as one record `{ text }`, in which
 * lines end with `\n`. At most 2,000,000 characters.
 */
export const wholeTextDecoder = (): Decoder => ({
  streams: false,
  decode: (response) => [
    { text: response.text().replace(MARK, '').replaceAll(/\r\n?/g, '\n').slice(0, MOST_TEXT).trim() },
  ],
});
