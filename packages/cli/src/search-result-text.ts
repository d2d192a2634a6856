import type { SearchResult } from '@tributary/sdk/model';
import { printable, styled, type Terminal } from './terminal.ts';

const SNIPPET = 160;
/** Room for the indentation, here and around us, and for the two ellipses. */
const MARGIN = 12;
/** Characters shown before the word. */
const LEAD = 40;

/** Where a person opens the record; empty when the source knows no address. */
export function linkOf(result: SearchResult): string {
  return result.web_url || (result.url ?? '');
}

/** The part of a text around the longest word of the query that is in it, on one line. */
export function snippet(text: string, query: string, length = SNIPPET): string {
  const line = printable(text).replace(/\s+/g, ' ').trim();
  const lower = line.toLowerCase();
  const words = query.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const places = words
    .toSorted((a, b) => b.length - a.length)
    .map((word) => (word === '' ? -1 : lower.indexOf(word)))
    .filter((place) => place >= 0);
  const start = Math.max(0, (places[0] ?? 0) - LEAD);
  const part = line.slice(start, start + length);
  return `${start > 0 ? '…' : ''}${part}${start + length < line.length ? '…' : ''}`;
}

/** A hit in three lines: name and source, link, text. */
export function resultText(terminal: Terminal, result: SearchResult, place: number, query: string): string {
  const { source_name: source, entity_type: type } = result.airweave_system_metadata;
  // Rows of a database have no address; their id says where they stand.
  const link = linkOf(result) || result.entity_id;
  const head = `${String(place).padStart(2)}. ${styled(terminal, 'bold', printable(result.name))}`;
  const origin = styled(terminal, 'dim', `${source}, ${type}`);
  return [
    `${head}  ${origin}`,
    `    ${styled(terminal, 'cyan', printable(link))}`,
    `    ${snippet(result.textual_representation, query, Math.min(SNIPPET, Math.max(LEAD, terminal.columns - MARGIN)))}`,
    '',
  ].join('\n');
}
