import Database from 'better-sqlite3';
import { type Connection, prepared } from './connection.ts';

const PASSAGES = 3;
/** Characters of a passage, about two lines. */
const PASSAGE_CHARACTERS = 180;
/** Code points that Unicode keeps for a program's own use; no text holds them once it was cleaned. */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';

interface Passage {
  readonly starts: number;
  readonly ends: number;
  /** The different words that are marked in it, in lower case. */
  readonly words: ReadonlySet<string>;
}

let scratch: Connection | undefined;

/**
 * Up to three passages of each text with the words that `match` finds between `<em>` and `</em>`; everything else is
 * HTML-escaped. The collection keeps no text in its index, so the few texts of one answer are indexed again in memory,
 * by the same tokenizer: what is marked is exactly what was found, "syncing" for "sync" as well.
 */
export function highlightAll(texts: readonly string[], match: string): string[][] {
  scratch ??= openScratch();
  const db = scratch;
  prepared(db, 'BEGIN').run();
  try {
    const insert = prepared(db, 'INSERT INTO answer (rowid, text) VALUES (?, ?)');
    for (const [index, text] of texts.entries()) insert.run(BigInt(index), text.replaceAll(/[\uFDD0\uFDD1]/g, ' '));
    const rows = prepared(
      db,
      'SELECT rowid AS id, highlight(answer, 0, ?, ?) AS marked FROM answer WHERE answer MATCH ?',
    ).all(OPEN, CLOSE, match) as { id: number; marked: string }[];
    const marked = new Map(rows.map((row) => [row.id, row.marked]));
    return texts.map((_, index) => passagesOf(marked.get(index) ?? ''));
  } finally {
    prepared(db, 'ROLLBACK').run();
  }
}

function openScratch(): Connection {
  const db = new Database(':memory:');
  db.exec("CREATE VIRTUAL TABLE answer USING fts5(text, tokenize='porter unicode61')");
  return db;
}

/** The passages with the most different words, in the order of the text. */
function passagesOf(marked: string): string[] {
  return candidates(marked)
    .toSorted((a, b) => b.words.size - a.words.size || a.starts - b.starts)
    .slice(0, PASSAGES)
    .toSorted((a, b) => a.starts - b.starts)
    .map(({ starts, ends }) => toHtml(marked.slice(starts, ends)));
}

/** Cuts the text around its marks into passages that do not overlap, each from a little before its first mark. */
function candidates(marked: string): Passage[] {
  const passages: Passage[] = [];
  let from = 0;
  for (let mark = marked.indexOf(OPEN); mark >= 0; mark = marked.indexOf(OPEN, from)) {
    const starts = wordStart(marked, Math.max(from, mark - PASSAGE_CHARACTERS / 3), mark);
    const words = new Set<string>();
    let ends = mark;
    while (mark >= 0 && (ends === starts || mark - starts < PASSAGE_CHARACTERS)) {
      const close = marked.indexOf(CLOSE, mark);
      words.add(marked.slice(mark + 1, close).toLowerCase());
      ends = close + 1;
      mark = marked.indexOf(OPEN, ends);
    }
    ends = wordEnd(marked, ends, Math.max(ends, starts + PASSAGE_CHARACTERS), mark < 0 ? marked.length : mark);
    passages.push({ starts, ends, words });
    from = ends;
  }
  return passages;
}

/** The first word's start at or after `from`, at most `mark`. */
function wordStart(text: string, from: number, mark: number): number {
  if (from === 0) return 0;
  const space = text.slice(from, mark).search(/\s/);
  return space < 0 ? mark : from + space;
}

/** The last word's end at or before `limit` and the next mark, at least `from`. */
function wordEnd(text: string, from: number, limit: number, nextMark: number): number {
  const end = Math.min(limit, nextMark);
  if (end >= text.length) return text.length;
  const space = text.slice(from, end).search(/\s\S*$/);
  return space < 0 ? from : from + space;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  [OPEN]: '<em>',
  [CLOSE]: '</em>',
};

function toHtml(marked: string): string {
  return marked.trim().replaceAll(/[&<>"'\uFDD0\uFDD1]/g, (character) => entities[character] ?? character);
}
