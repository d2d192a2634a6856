/** Characters of a chunk. Between 1,000 and 4,000 the ranking hardly changes; this is about what a reader takes in at once. */
export const CHUNK_CHARACTERS = 2000;

/** A place inside a text, in UTF-16 units. */
export interface Span {
  readonly starts: number;
  readonly ends: number;
}

/** The breaks that are looked for, best first; a chunk is at least half full before it is cut at one. */
const BREAKS = ['\n\n', '\n', '. ', ' '] as const;

/** Cuts a text into chunks that cover it without overlap; an empty text is one empty chunk. */
export function splitIntoChunks(text: string, size: number = CHUNK_CHARACTERS): Span[] {
  const spans: Span[] = [];
  let starts = 0;
  while (text.length - starts > size) {
    const ends = cut(text, starts, size);
    spans.push({ starts, ends });
    starts = ends;
  }
  if (starts < text.length || spans.length === 0) spans.push({ starts, ends: text.length });
  return spans;
}

function cut(text: string, starts: number, size: number): number {
  const window = text.slice(starts, starts + size);
  for (const mark of BREAKS) {
    const at = window.lastIndexOf(mark);
    if (at >= size / 2) return starts + at + mark.length;
  }
  // Not between the halves of a character beyond the first plane.
  const last = window.charCodeAt(size - 1);
  return starts + (last >= 0xd800 && last <= 0xdbff && size > 1 ? size - 1 : size);
}
