import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { ConnectorError } from '../../kit/connector-error.ts';
import { inMegabytes, LARGEST_RECORD } from './body-limits.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';

export interface CsvForm {
  /** One character; `\t` and the like may be written with a backslash. */
  readonly delimiter: string;
  /** A row with more cells than the header is an error; else the cells without a name are left out. */
  readonly refusesLongRows?: boolean;
}

/**
 * The rows of a CSV text by the names in its first row, as Python's `csv.DictReader` reads them: cells are texts, those that a row
 * lacks are `null`, empty lines are skipped, quotes inside of plain cells stay. Throws `ConnectorError('invalid_answer')`.
 */
export async function* csvRows(
  texts: AsyncIterable<string>,
  form: CsvForm,
  origin: BodyOrigin,
): AsyncGenerator<Record<string, string | null>> {
  const parser = parse({
    delimiter: unescaped(form.delimiter),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LARGEST_RECORD,
  });
  pipeline(Readable.from(texts), parser, () => undefined);
  let names: readonly string[] | undefined;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (!names) names = cells;
      else yield rowOf(names, cells, form, origin);
    }
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw invalidBody(origin, problemOf(error), names?.join(form.delimiter));
  }
}

function rowOf(
  names: readonly string[],
  cells: readonly string[],
  form: CsvForm,
  origin: BodyOrigin,
): Record<string, string | null> {
  if (form.refusesLongRows && cells.length > names.length) {
    throw invalidBody(
      origin,
      `a row has ${cells.length} cells and the header ${names.length}`,
      names.join(form.delimiter),
    );
  }
  const row: Record<string, string | null> = {};
  names.forEach((name, index) => (row[name] = cells[index] ?? null));
  return row;
}

/** The parser's own message quotes the body; what it means is said by its code. */
function problemOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'CSV_MAX_RECORD_SIZE') return `a row is longer than ${inMegabytes(LARGEST_RECORD)}`;
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'it ends inside a quoted cell';
  return `it is no CSV (${code || 'unreadable'})`;
}

const ESCAPES: Readonly<Record<string, string | undefined>> = { t: '\t', n: '\n', r: '\r', '\\': '\\', 0: '\0' };

function unescaped(delimiter: string): string {
  const [, code] = /^\\(?:x|u)([\da-f]{2,4})$/i.exec(delimiter) ?? [];
  if (code) return String.fromCodePoint(Number.parseInt(code, 16));
  return (delimiter.startsWith('\\') && ESCAPES[delimiter.slice(1)]) || delimiter || ',';
}
