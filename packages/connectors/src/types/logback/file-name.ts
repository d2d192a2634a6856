import { formatTime, parseTimeFormat, unitBefore } from './time-format.ts';
import type { TimeFormat } from './time-format.ts';

type Piece = string | { readonly time: TimeFormat } | { readonly counter: true };

/** How the files of one connection are named: by what begins all names, the time and a counter. */
export interface FileNaming {
  /** The name of the file with this number for this moment. */
  nameAt(at: number, counter: number): string;
  /** The number that a name has for this moment; undefined when the file is another's. */
  counterAt(at: number, name: string): number | undefined;
  /** Whether the name could be one of ours, of any time. */
  isOurs(name: string): boolean;
  /** Sorts names from the oldest to the youngest. */
  compare(a: string, b: string): number;
  /** Whether all that a file can hold is older than so many units (days, …) before the moment. */
  isBefore(name: string, at: number, units: number): boolean;
}

const WORD = /%d(?:ate)?(?:\{([^}]*)\})?|%i|%%|%|[^%]+/g;

function parsePattern(pattern: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const [word, format] of pattern.matchAll(WORD)) {
    const time = word.startsWith('%d') ? parseTimeFormat(format ?? 'yyyy-MM-dd') : undefined;
    if (word === '%' || (word.startsWith('%d') && !time)) return undefined;
    if (time) pieces.push({ time });
    else if (word === '%i') pieces.push({ counter: true });
    else pieces.push(word === '%%' ? '%' : word);
  }
  return pieces;
}

const isTime = (piece: Piece): piece is { readonly time: TimeFormat } => typeof piece !== 'string' && 'time' in piece;
const isCounter = (piece: Piece): boolean => typeof piece !== 'string' && 'counter' in piece;

/** What is wrong with a pattern, as a sentence; undefined when it is fine. */
export function patternFault(pattern: string): string | undefined {
  const title = 'Rest of the file name:';
  const pieces = parsePattern(pattern);
  if (/[/\\\0]/.test(pattern)) return `${title} give a plain name, without a path.`;
  if (!pieces)
    return `${title} give words like %d{yyyy-MM-dd} and %i only, with yyyy, MM, dd, HH, mm and ss in the time.`;
  const times = pieces.filter(isTime);
  if (times.length !== 1 || pieces.filter(isCounter).length !== 1) return `${title} give %d and %i, each once.`;
  const needed = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'];
  const [unit] = times.map(({ time }) => time.unit);
  const named = new Set(
    times.flatMap(({ time }) => time.pieces.map((one) => (typeof one === 'string' ? '' : one.part))),
  );
  const missing = needed.slice(0, needed.indexOf(unit ?? '') + 1).filter((part) => !named.has(part as never));
  // Without them one day's name would come again a month or a year later.
  return missing.length > 0
    ? `${title} give the time down from the year: ${missing.join(', ')} is missing.`
    : undefined;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** A `patternFault` pattern is a programming error here. */
export function fileNaming(prefix: string, pattern: string): FileNaming {
  const rest = parsePattern(pattern) ?? [];
  const pieces: readonly Piece[] = [/^[._-]/.test(pattern) ? prefix : `${prefix}-`, ...rest];
  const time = rest.find(isTime)?.time ?? { pieces: [], utc: true, unit: 'dd' as const };
  const stamp = time.pieces.map((one) => (typeof one === 'string' ? literal(one) : `\\d{${one.part.length}}`)).join('');
  const source = pieces
    .map((piece) =>
      typeof piece === 'string' ? literal(piece) : isTime(piece) ? `(?<time>${stamp})` : '(?<counter>\\d+)',
    )
    .join('');
  const ours = new RegExp(`^${source}$`);
  const read = (name: string): { readonly key: string; readonly time: string; readonly counter: number } => {
    const { time: stamped = '', counter = '0' } = ours.exec(name)?.groups ?? {};
    return { key: sortKey(time, stamped), time: stamped, counter: Number(counter) };
  };
  return {
    nameAt: (at, counter) =>
      pieces
        .map((piece) =>
          typeof piece === 'string' ? piece : isTime(piece) ? formatTime(piece.time, at) : String(counter),
        )
        .join(''),
    counterAt(at, name) {
      const found = ours.exec(name)?.groups;
      return found?.['time'] === formatTime(time, at) ? Number(found['counter']) : undefined;
    },
    isOurs: (name) => ours.test(name),
    compare(a, b) {
      const [one, other] = [read(a), read(b)];
      return one.key === other.key ? one.counter - other.counter : one.key < other.key ? -1 : 1;
    },
    isBefore: (name, at, units) => read(name).key < sortKey(time, formatTime(time, unitBefore(time, at, units))),
  };
}

/** The parts of a stamp from year to millisecond, whatever their order in the name. */
function sortKey({ pieces }: TimeFormat, stamped: string): string {
  const found = new Map<string, string>();
  let at = 0;
  for (const piece of pieces) {
    const length = typeof piece === 'string' ? piece.length : piece.part.length;
    if (typeof piece !== 'string') found.set(piece.part, stamped.slice(at, at + length));
    at += length;
  }
  return ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss', 'SSS'].map((part) => found.get(part) ?? '').join('.');
}
