import { inMegabytes, LARGEST_RECORD } from './body-limits.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';

/**
 * The lines of a text as they come, without their ends (`\n` or `\r\n`); a last line without end counts. Throws
 * `ConnectorError('invalid_answer')` for a line that is longer than `LARGEST_RECORD`.
 */
export async function* lines(texts: AsyncIterable<string>, origin: BodyOrigin): AsyncGenerator<string> {
  // Pieces of a line that spans chunks are joined once, at its end.
  let pieces: string[] = [];
  let length = 0;
  const add = (piece: string): void => {
    length += piece.length;
    if (length > LARGEST_RECORD) {
      throw invalidBody(origin, `a line is longer than ${inMegabytes(LARGEST_RECORD)}`, pieces[0] ?? piece);
    }
    pieces.push(piece);
  };
  const joined = (): string => {
    const line = pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('');
    pieces = [];
    length = 0;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  for await (const text of texts) {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      add(text.slice(start, end));
      yield joined();
      start = end + 1;
    }
    if (start < text.length) add(text.slice(start));
  }
  if (length > 0) yield joined();
}
